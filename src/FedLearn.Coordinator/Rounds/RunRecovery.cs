namespace FedLearn.Coordinator.Rounds;

/// <summary>What the last process left, however it ended: the start of every process.</summary>
/// <remarks>
/// Rows decide. A round that is open goes on with its accepted updates; a round that was aggregating is aggregated anew, to the
/// same bits; files of rounds that are over are deleted. Time starts anew: stages get their whole time, and a pause after a void round
/// is over. Who was online and who gave the stage up is forgotten, which is harmless: every client's stream ended with the process,
/// a client that comes back is told its open assignment, and one that gave it up trains after all or gives it up again.
/// </remarks>
internal static class RunRecovery
{
    /// <summary>The open runs, each with its newest version.</summary>
    public static IEnumerable<(StoredRun Run, StoredVersion Newest)> Load(RunServices services)
    {
        foreach (var stored in services.Store.LoadOpen())
        {
            services.Versions.DropUpdatesExcept(stored.Id, stored.State.Round?.Number, stored.State.Best?.Version);
            yield return (stored, services.Store.FindVersion(stored.Id, number: null)!);
        }
    }
}
