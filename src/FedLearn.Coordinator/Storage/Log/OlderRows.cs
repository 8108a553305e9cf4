using FedLearn.Coordinator.Provenance;
using FedLearn.Core.Proofs.Statements;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage.Log;

/// <summary>
/// Signs what a database from before signatures holds, once: a receipt for each accepted update, a manifest for each version, and the log's
/// entries of the versions. What the log says of them is that they were there at this start.
/// </summary>
internal sealed class OlderRows(IDbContextFactory<CoordinatorDb> factory, LogBook log, SigningKey key, ProvenanceSigner signer)
{
    private const int UpdatesAtOnce = 1000;

    /// <summary>Signs them; what an interrupted start left goes on.</summary>
    public void Sign()
    {
        using var db = factory.CreateDbContext();
        var updates = db.Updates.Any(u => u.Signature == null);
        while (updates)
        {
            updates = SignUpdates();
        }

        foreach (var runId in db.Versions.Where(v => v.Manifest == null).Select(v => v.RunId).Distinct().ToList())
        {
            log.Commit((inside, batch) => SignVersions(inside, batch, runId));
        }
    }

    private bool SignUpdates()
    {
        var more = false;
        log.Commit((db, _) =>
        {
            var rows = db.Updates.Where(u => u.Signature == null).OrderBy(u => u.RunId).ThenBy(u => u.Round).ThenBy(u => u.ClientId).Take(UpdatesAtOnce).ToList();
            var signatures = ReceiptSignature.Sign([.. rows.Select(r => RunStore.FromRow(r).Statement.ToBytes())], s => key.Sign(s));
            for (var i = 0; i < rows.Count; i++)
            {
                rows[i].Signature = signatures[i].ToBytes();
            }

            db.SaveChanges();
            more = rows.Count == UpdatesAtOnce;
        });
        return more;
    }

    private void SignVersions(CoordinatorDb db, LogBatch batch, string runId)
    {
        var specJson = db.Runs.Find(runId)!.SpecJson;
        Rounds.StoredVersion? parent = null;
        foreach (var row in db.Versions.Where(v => v.RunId == runId).OrderBy(v => v.Number).ToList())
        {
            var updates = db.Updates.AsNoTracking().Where(u => u.RunId == runId && u.Round == row.Round).AsEnumerable().Select(RunStore.FromRow);
            var version = signer.Sign(RunStore.FromRow(row), parent, specJson, updates);
            (row.Manifest, row.ManifestSignature) = (version.Manifest!.Statement, version.Manifest.Signature);
            RunStore.Tell(batch, log.NowMs, version);
            parent = version;
        }

        db.SaveChanges();
    }
}
