using System.Globalization;
using FedLearn.Coordinator.Rounds;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

/// <summary>
/// Deletes the files of old versions where the configuration says how many to keep: the newest ones of each run, the best one, and version 0, which
/// may have come from outside. Their rows stay. The newest version is what rounds start from and what is evaluated, so it always stays.
/// </summary>
internal sealed class VersionRetention(IDbContextFactory<CoordinatorDb> factory, DataFolder folder, CoordinatorOptions options, TimeProvider time, CoordinatorLog log)
{
    /// <summary>Marks the rows, durably, and then deletes the files: one that a crash leaves in between goes with the next call.</summary>
    public void Apply(string runId, int? best)
    {
        if (options.KeepVersions == 0)
        {
            return;
        }

        try
        {
            if (Mark(runId, best) is { } lastDeleted)
            {
                DeleteUpTo(runId, lastDeleted, best);
            }
        }
        catch (Exception e) when (DatabaseErrors.OutcomeOf(e) is CommitOutcome.Busy or CommitOutcome.Full)
        {
            // The next round's end tries again.
            log.CannotDelete(folder.VersionsOf(runId), e.Message);
        }
    }

    private int? Mark(string runId, int? best)
    {
        using var db = factory.CreateDbContext();
        var newest = db.Versions.Where(v => v.RunId == runId).Max(v => (int?)v.Number);
        if (newest is not { } number || number - options.KeepVersions < 1)
        {
            return null;
        }

        var last = number - options.KeepVersions;
        foreach (var row in db.Versions.Where(v => v.RunId == runId && v.Number > 0 && v.Number <= last && v.Number != best && v.DeletedUnixMs == null))
        {
            row.DeletedUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        }

        db.SaveChanges();
        return last;
    }

    private void DeleteUpTo(string runId, int last, int? best)
    {
        foreach (var path in folder.Disk.FilesIn(folder.VersionsOf(runId)))
        {
            // NNNNNN.safetensors, NNNNNN.blocks, and the same of its server state: NNNNNN.NAME.*
            if (int.TryParse(Path.GetFileName(path).Split('.')[0], CultureInfo.InvariantCulture, out var number) && number > 0 && number <= last && number != best)
            {
                try
                {
                    folder.Disk.DeleteFile(path);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    log.CannotDelete(path, e.Message);
                }
            }
        }
    }
}
