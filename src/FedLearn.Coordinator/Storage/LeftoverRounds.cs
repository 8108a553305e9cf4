namespace FedLearn.Coordinator.Storage;

/// <summary>
/// Updates of runs that are over. A run's last commit ends it; a process that is killed before it deletes the last round's updates leaves
/// them, and no later start would open that run again.
/// </summary>
internal static class LeftoverRounds
{
    /// <summary>Deletes the rounds of every run that is not open.</summary>
    public static void Delete(DataFolder folder, IReadOnlySet<string> openRuns, CoordinatorLog log)
    {
        foreach (var runId in folder.Disk.FoldersIn(folder.Runs).Select(f => Path.GetFileName(f)!).Where(id => !openRuns.Contains(id)))
        {
            var rounds = folder.RoundsOf(runId);
            try
            {
                folder.Folders.Delete(rounds);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.CannotDelete(rounds, e.Message);
            }
        }
    }
}
