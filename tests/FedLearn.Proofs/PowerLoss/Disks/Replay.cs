namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>Does the operations of a recorded run again, one by one, so that the power can be cut between any two.</summary>
/// <param name="start">The disk as the run began. It is not changed.</param>
/// <param name="journal">The run's operations.</param>
internal sealed class Replay(CrashDisk start, IReadOnlyList<DiskOp> journal)
{
    private readonly CrashDisk _disk = start.Clone();
    private int _done;

    /// <summary>Every instant at which the power can go: before the first operation, between two, after the last.</summary>
    public int Instants => journal.Count + 1;

    /// <summary>The disk after the first operations of the run. Only forwards.</summary>
    public CrashDisk At(int operations)
    {
        for (; _done < operations; _done++)
        {
            _disk.Do(journal[_done]);
        }

        return _disk;
    }
}
