using Microsoft.Data.Sqlite;

namespace FedLearn.Proofs.Crash.Cases;

/// <summary>
/// Another process (this one) holds the database's write lock for a while: callers hear UNAVAILABLE, nothing is counted, and all goes on
/// once the lock is gone.
/// </summary>
internal sealed class LockedDatabaseCase : ICrashCase
{
    public string Name => "locked-database";

    public async Task RunAsync(CaseContext context)
    {
        var turnstile = new Turnstile(fit => fit.Round == 1);
        await using var federation = context.NewFederation(turnstile);
        var process = await federation.Site.StartAsync().ConfigureAwait(false);
        await turnstile.WaitAsync(4, federation).ConfigureAwait(false);

        await using (var db = new SqliteConnection($"Data Source={Path.Combine(federation.Site.Data, "fedlearn.db")};Pooling=False"))
        {
            db.Open();
            Execute(db, "BEGIN EXCLUSIVE");
            turnstile.Open(forGood: true);
            var refused = await federation.Participants[0].Log
                .WhenAsync(e => e.Id == 2007 && e.Text.Contains("UNAVAILABLE: ", StringComparison.Ordinal), "a caller to hear UNAVAILABLE").ConfigureAwait(false);
            await process.Log.WhenAsync(1104).ConfigureAwait(false);
            context.Findings.Require(federation.Ledger.All.Count == 0, $"{federation.Ledger.All.Count} receipts were given while the database was locked");
            context.Findings.Say($"  a caller heard: {refused.Text}");
            Execute(db, "ROLLBACK");
        }

        await context.FinishAsync(federation).ConfigureAwait(false);
    }

    private static void Execute(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
