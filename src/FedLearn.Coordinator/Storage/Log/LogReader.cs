using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Merkle;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage.Log;

/// <summary>Reads the log, and proves what is in it.</summary>
internal sealed class LogReader(IDbContextFactory<CoordinatorDb> factory)
{
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

    /// <summary>The place of an entry, or null. Looks at every entry, in the database: some milliseconds for each ten thousand.</summary>
    public long? Find(byte[] entry)
    {
        using var db = factory.CreateDbContext();
        return db.Log.Where(r => r.Entry == entry).OrderBy(r => r.Number).Select(r => (long?)r.Number).FirstOrDefault();
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
