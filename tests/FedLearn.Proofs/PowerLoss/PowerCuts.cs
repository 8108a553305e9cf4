using System.Diagnostics;
using FedLearn.Proofs.PowerLoss.Bugs;
using FedLearn.Proofs.PowerLoss.Disks;
using FedLearn.Proofs.PowerLoss.Federation;

namespace FedLearn.Proofs.PowerLoss;

/// <summary>
/// Cuts the power at an instant of a recorded course, starts a new coordinator on what is found, lets the clients come back and finish,
/// and checks everything that anybody had been told.
/// </summary>
internal sealed class PowerCuts(Recording recording, PlantedBug? bug)
{
    private Replay _replay = new(recording.Start, recording.Journal);
    private int _at;

    /// <summary>Every instant at which the power can go.</summary>
    public int Instants => _replay.Instants;

    /// <summary>The longest start so far.</summary>
    public TimeSpan LongestStart { get; private set; }

    /// <summary>What an image of an instant shows that must not be.</summary>
    public async Task<IReadOnlyList<string>> CutAsync(int instant, int image)
    {
        if (instant < _at)
        {
            _replay = new Replay(recording.Start, recording.Journal);
        }

        _at = instant;
        var found = _replay.At(instant).AfterCut(CutStyle.All[image % CutStyle.All.Count], (instant * 1000) + image);
        return await RecoverAsync(found, recording.Ledger.At(instant)).ConfigureAwait(false);
    }

    /// <summary>The operation before which the power goes.</summary>
    public string Describe(int instant, int image)
    {
        var next = instant < recording.Journal.Count ? recording.Journal[instant].ToString() : "the end";
        return $"power cut at {instant} (before {next.Replace(recording.Folder, "", StringComparison.Ordinal)}), image {image} ({CutStyle.All[image % CutStyle.All.Count]})";
    }

    private async Task<IReadOnlyList<string>> RecoverAsync(CrashDisk disk, IReadOnlyList<Promise> promises)
    {
        var ledger = new Ledger(() => disk.Operations, promises);
        try
        {
            var watch = Stopwatch.StartNew();
            await using var machine = await Machine.StartAsync(recording.Folder, disk, bug).ConfigureAwait(false);
            LongestStart = watch.Elapsed > LongestStart ? watch.Elapsed : LongestStart;
            await new Course(machine, ledger).FinishAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is ProcessEndedException or BrokenPromiseException)
        {
            return [e.Message];
        }

        return recording.Check(disk, ledger, mayBeVoid: null);
    }
}
