using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Proofs.Merkle;
using FedLearn.Core.Proofs.Statements;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage.Log;

/// <summary>
/// The end of the log: changes are committed together with the entries that tell of them, or neither is. One transaction at a time: an entry's
/// place follows from all before it.
/// </summary>
internal sealed class LogBook(IDbContextFactory<CoordinatorDb> factory, SigningKey key, TimeProvider time)
{
    private readonly Lock _gate = new();
    private MerkleFrontier? _frontier;

    /// <summary>Now, for entries.</summary>
    public long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Makes a change and its entries durable. What goes wrong is as the database says.</summary>
    /// <param name="change">Makes the change, and adds its entries.</param>
    public void Commit(Action<CoordinatorDb, LogBatch> change)
    {
        lock (_gate)
        {
            using var db = factory.CreateDbContext();
            db.ChangeTracker.AutoDetectChangesEnabled = false;
            using var transaction = db.Database.BeginTransaction();
            var batch = new LogBatch(_frontier ??= LastFrontier(db));
            change(db, batch);
            using (var insert = new RowInsert<LogRow>(db))
            {
                foreach (var row in batch.Rows)
                {
                    insert.Add(row);
                }
            }

            if (batch.WantsHead)
            {
                db.Add(Head(batch.Frontier));
                db.SaveChanges();
            }

            transaction.Commit();
            _frontier = batch.Frontier;
        }
    }

    /// <summary>
    /// Looks at the end of the log as the last process left it, and notes this process's key where it is a new one: the last signed head must
    /// be a beginning of what is there.
    /// </summary>
    /// <exception cref="StoredDataException">It is not: rows are missing or are others.</exception>
    public void Open()
    {
        string? lastKey;
        using (var db = factory.CreateDbContext())
        {
            var head = db.LogHeads.AsNoTracking().OrderByDescending(h => h.Size).FirstOrDefault();
            lastKey = head?.KeyId;
            Check(db, head);
        }

        if (lastKey != key.Id)
        {
            Commit((_, log) =>
            {
                log.Add(LogEntry.SigningKey(NowMs, key.PublicKey));
                log.WantsHead = true;
            });
        }
    }

    /// <summary>The log's end, signed now.</summary>
    public SignedHead SignHead()
    {
        lock (_gate)
        {
            using var db = factory.CreateDbContext();
            var head = Head(_frontier ??= LastFrontier(db));
            return new SignedHead(head.Statement, head.Signature, key.PublicKey);
        }
    }

    private LogHeadRow Head(MerkleFrontier frontier)
    {
        var statement = new HeadStatement(frontier.Size, frontier.Root, NowMs).ToBytes();
        return new LogHeadRow { Size = frontier.Size, Statement = statement, Signature = key.Sign(statement), KeyId = key.Id };
    }

    private static void Check(CoordinatorDb db, LogHeadRow? head)
    {
        if (head is null)
        {
            return;
        }

        if (HeadStatement.Read(head.Statement) is not { } said || LastFrontier(db).Size < said.Size || new MerkleTree(new LogNodes(db)).Root(said.Size) != said.Root)
        {
            throw new StoredDataException($"the log does not hold what its signed head of {head.Size} entries says: entries are missing or were changed. Restore a backup");
        }
    }

    private static MerkleFrontier LastFrontier(CoordinatorDb db)
    {
        var size = (db.Log.Max(r => (long?)r.Number) ?? -1) + 1;
        return MerkleFrontier.Of(new LogNodes(db), size);
    }
}
