using FedLearn.Proofs.PowerLoss.Bugs;
using FedLearn.Proofs.PowerLoss.Disks;
using FedLearn.Proofs.PowerLoss.Federation;

namespace FedLearn.Proofs.PowerLoss;

/// <summary>An operation that is to fail, named so that another course finds it again.</summary>
/// <param name="Label">See <see cref="Recording.Label"/>.</param>
/// <param name="Nth">Which of that label, from 1.</param>
/// <param name="Op">The operation as it was recorded.</param>
/// <param name="Fault">The error.</param>
internal sealed record FaultPoint(string Label, int Nth, DiskOp Op, Fault Fault)
{
    public override string ToString() => $"{(Fault == Fault.Io ? "EIO" : "ENOSPC")} at {Label} #{Nth}";
}

/// <summary>
/// Lets one operation of a whole course fail. After an unknown outcome the process must end and the next start decides; a full disk is
/// refused, nothing is counted, and all goes on once there is room.
/// </summary>
internal sealed class InjectedErrors(Recording recording, PlantedBug? bug)
{
    private const int Starts = 5;

    /// <summary>Processes that ended themselves.</summary>
    public int Ended { get; private set; }

    /// <summary>Calls that were refused for now.</summary>
    public int Refused { get; private set; }

    /// <summary>Errors that were not met: the course took another turn.</summary>
    public int NotMet { get; private set; }

    /// <summary>Every operation that can fail, with each error that it can fail with.</summary>
    public IReadOnlyList<FaultPoint> Points()
    {
        var (points, seen) = (new List<FaultPoint>(), new Dictionary<string, int>());
        foreach (var op in recording.Journal)
        {
            var label = recording.Label(op);
            var nth = seen[label] = seen.GetValueOrDefault(label) + 1;
            points.Add(new FaultPoint(label, nth, op, Fault.Io));
            if (Grows(op))
            {
                points.Add(new FaultPoint(label, nth, op, Fault.Full));
            }
        }

        return points;
    }

    /// <summary>What a course with this error shows that must not be.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(FaultPoint point)
    {
        var disk = recording.Start.Clone();
        var (seen, met) = (0, 0);
        disk.Faults = op =>
        {
            seen += recording.Label(op) == point.Label ? 1 : 0;
            // A full disk stays full for a while: the next two operations that want room fail as well.
            var fails = seen >= point.Nth && (met == 0 ? recording.Label(op) == point.Label : point.Fault == Fault.Full && met < 3 && Grows(op));
            met += fails ? 1 : 0;
            return fails ? point.Fault : Fault.None;
        };
        var ledger = new Ledger(() => disk.Operations);
        var ends = 0;
        for (var start = 1; ; start++)
        {
            try
            {
                await using var machine = await Machine.StartAsync(recording.Folder, disk, bug).ConfigureAwait(false);
                var course = new Course(machine, ledger);
                await course.FinishAsync().ConfigureAwait(false);
                Refused += course.Refusals.Count;
                break;
            }
            catch (ProcessEndedException) when (start < Starts)
            {
                ends++;
                disk = disk.Clone();
            }
            catch (Exception e) when (e is ProcessEndedException or BrokenPromiseException)
            {
                return [e.Message];
            }
        }

        Ended += ends;
        NotMet += met == 0 ? 1 : 0;
        var found = recording.Check(disk, ledger, mayBeVoid: "injected").ToList();
        if (met > 0 && ends == 0 && point is { Fault: Fault.Io, Op.IsSync: true })
        {
            found.Add("the process went on after a sync whose outcome is unknown");
        }

        return found;
    }

    private static bool Grows(DiskOp op) => op.Kind is OpKind.Create or OpKind.Write or OpKind.MakeFolder or OpKind.Rename;
}
