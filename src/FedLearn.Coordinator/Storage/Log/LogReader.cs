using System.Text;
using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Merkle;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage.Log;

/// <summary>Reads the log, and proves what is in it.</summary>
internal sealed class LogReader(IDbContextFactory<CoordinatorDb> factory)
{
    /// <summary>
    /// The entries of accepted updates whose digest begins so (16 hex digits). The expressions are the index's, to the letter: SQLite takes it for no
    /// others. The texts are <c>"digest":"</c> and <c>"kind":"updateAccepted"</c>, which a string within an entry cannot hold.
    /// </summary>
    internal const string AcceptedByDigest =
        "SELECT * FROM Log WHERE substr(Entry, instr(Entry, x'22646967657374223a22') + 10, 16) = {0} AND instr(Entry, x'226b696e64223a22757064617465416363657074656422') > 0";

    /// <summary>The number of entries.</summary>
    public long Size()
    {
        using var db = factory.CreateDbContext();
        return (db.Log.Max(r => (long?)r.Number) ?? -1) + 1;
    }

    /// <summary>Entries from one on, as many as there are.</summary>
    public IReadOnlyList<byte[]> Entries(long first, int most)
    {
        using var db = factory.CreateDbContext();
        return [.. db.Log.AsNoTracking().Where(r => r.Number >= first).OrderBy(r => r.Number).Take(most).AsEnumerable().Select(r => r.Entry)];
    }

    /// <summary>The place of an accepted update's entry, or null; by the index IX_Log_Receipt.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="digest">The update's digest.</param>
    public long? FindAccepted(byte[] entry, byte[] digest)
    {
        using var db = factory.CreateDbContext();
        var start = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest)[..16]);
        return db.Log.FromSqlRaw(AcceptedByDigest, start).AsNoTracking().AsEnumerable().FirstOrDefault(r => r.Entry.AsSpan().SequenceEqual(entry))?.Number;
    }

    /// <summary>The proof that an entry is among the first ones.</summary>
    public IReadOnlyList<Sha256Value> Inclusion(long number, long size) => Prove(tree => tree.Inclusion(number, size));

    /// <summary>The proof that a smaller log is the beginning of a larger one.</summary>
    public IReadOnlyList<Sha256Value> Consistency(long from, long size) => Prove(tree => tree.Consistency(from, size));

    private IReadOnlyList<Sha256Value> Prove(Func<MerkleTree, IReadOnlyList<Sha256Value>> prove)
    {
        using var db = factory.CreateDbContext();
        return prove(new MerkleTree(new LogNodes(db)));
    }
}
