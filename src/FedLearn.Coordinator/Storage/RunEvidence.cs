using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Log;
using Microsoft.Data.Sqlite;

namespace FedLearn.Coordinator.Storage;

/// <summary>What a data folder says of a run, for a verification: rows alone, each checked as it is read.</summary>
/// <param name="SpecJson">Its spec.</param>
/// <param name="Versions">Its versions, by number.</param>
/// <param name="Updates">The accepted updates of a round in canonical order, by round.</param>
/// <param name="Log">The log.</param>
internal sealed record RunEvidence(string SpecJson, IReadOnlyList<StoredVersion> Versions, ILookup<int, SealedUpdate> Updates, LogEvidence Log)
{
    /// <exception cref="StartupException">There is no such run, or the database is damaged or older than this program.</exception>
    public static RunEvidence Read(DataFolder folder, string runId)
    {
        using var db = new CoordinatorDbFactory(folder.Database).CreateDbContext();
        try
        {
            var run = db.Runs.Find(runId) ?? throw new StartupException($"there is no run '{runId}' in {folder.Root}");
            return new RunEvidence(
                run.SpecJson,
                [.. db.Versions.Where(v => v.RunId == runId).OrderBy(v => v.Number).AsEnumerable().Select(RunStore.FromRow)],
                db.Updates.Where(u => u.RunId == runId).AsEnumerable().Select(RunStore.FromRow).OrderBy(u => u.ClientId, StringComparer.Ordinal).ToLookup(u => u.Round),
                LogEvidence.Read(db));
        }
        catch (SqliteException e)
        {
            throw new StartupException($"the database {folder.Database} cannot be read: {e.Message}. Where it is from before this version, start a coordinator on it once", e);
        }
        catch (StoredDataException e)
        {
            throw new StartupException(e.Message, e);
        }
    }
}
