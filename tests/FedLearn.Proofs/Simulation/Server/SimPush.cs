using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Proofs;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Proofs.Simulation.Server;

/// <summary>One stream of an update's bytes, as the server takes it.</summary>
internal sealed class SimPush(SimWorld world, string clientId, UpdateHeader header, int offset, Action<SimAnswer> reply)
{
    /// <summary>A resume goes on after whole blocks: here of two values.</summary>
    private const int Block = 8;

    private SimProcess? _process;
    private OpenRun? _run;
    private bool _over;

    public AnnouncedUpdate Update { get; } = new(clientId, header);

    public string Key => NameOf(Update);

    /// <summary>Whether all bytes are there and the round is being asked.</summary>
    public bool IsDelivering { get; private set; }

    /// <summary>A newer stream that waits for this one.</summary>
    public SimPush? Next { get; set; }

    private string Part => $"{Key}.part";

    public static int ResumeOffset(SimDisk disk, AnnouncedUpdate update) => (disk.Find($"{NameOf(update)}.part")?.Bytes.Length ?? 0) / Block * Block;

    public void Start(SimProcess process, OpenRun run)
    {
        (_process, _run) = (process, run);
        var have = offset == 0 ? 0 : ResumeOffset(world.Disk, Update);
        if (have != offset)
        {
            Answer(new SimAnswer(Problem: StatusCode.FailedPrecondition));
            return;
        }

        world.Disk.Append(Part, have, []);
    }

    /// <summary>The next bytes, in order.</summary>
    public void Take(ReadOnlySpan<byte> chunk)
    {
        if (_over || _run is null)
        {
            return;
        }

        // The round may be over, and its folder gone with the part.
        var at = world.Disk.Find(Part)?.Bytes.Length ?? 0;
        world.Disk.Append(Part, at, chunk);
        if (MemoryMarshal.Cast<byte, float>(world.Disk.Find(Part)!.Bytes).ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            Refuse(new SimAnswer(Problem: StatusCode.InvalidArgument), "NaN or Inf");
        }
    }

    /// <summary>No more bytes come: check, seal, ask the round.</summary>
    public void End()
    {
        if (_over || _run is null)
        {
            return;
        }

        var bytes = world.Disk.Find(Part)?.Bytes ?? [];
        if (bytes.Length != Update.ByteLength)
        {
            Answer(new SimAnswer(Problem: StatusCode.Unavailable));
            return;
        }

        var norm = Math.Sqrt(MemoryMarshal.Cast<byte, float>(bytes).ToArray().Sum(v => (double)v * v));
        if (_process!.Ingest.Gate.CheckWhole(_run, Update, [new WholePart(BlockDigest.Of(bytes), norm)]) is { } problem)
        {
            Refuse(new SimAnswer(Problem: problem.Status), problem.Text);
            return;
        }

        if (TrySeal(bytes))
        {
            IsDelivering = true;
            var update = ToSealed(bytes.Length, norm);
            var happened = new RunEvent.UpdateSealed(clientId, header.Round, header.BaseVersion, RunStore.Accepted(update));
            _process.Ask(happened, update, Conclude);
            if (world.Faults.Happens(Fault.SealedTwice, 0.03))
            {
                _process.Ask(happened, update, _ => { });
            }
        }
    }

    /// <summary>The connection is gone, or a newer one goes on: what is there stays.</summary>
    public void Interrupt()
    {
        if (!_over && !IsDelivering)
        {
            _over = true;
            _process?.Ingest.Left(this);
        }
    }

    public void Answer(SimAnswer answer)
    {
        if (!_over)
        {
            _over = true;
            reply(answer);
            _process?.Ingest.Left(this);
        }
    }

    private static string NameOf(AnnouncedUpdate update) => $"{SimDisk.RoundFolder(update.Round)}{FileNameOf(update)}";

    private static string FileNameOf(AnnouncedUpdate update) => $"{update.ClientId}.{Convert.ToHexStringLower(update.Digest)[..16]}";

    private bool TrySeal(byte[] bytes)
    {
        try
        {
            world.Disk.Write(Key, bytes);
            world.Disk.Sync(Key);
            world.Disk.Delete(Part);
            return true;
        }
        catch (IOException)
        {
            Answer(new SimAnswer(Problem: StatusCode.ResourceExhausted));
            return false;
        }
    }

    private void Conclude(RunReply said)
    {
        var answer = UpdateGate.Conclude(Update, said);
        if (answer is { Problem: not null, KeepsBytes: false })
        {
            world.Disk.Delete(Key);
        }

        Answer(_process!.Ingest.ToAnswer(Update, answer)!);
    }

    private void Refuse(SimAnswer answer, string reason)
    {
        _process!.NoteRefusal(_run!, Update, reason);
        world.Disk.Delete(Part);
        Answer(answer);
    }

    private SealedUpdate ToSealed(int length, double norm) => new(
        header.RunId,
        header.Round,
        clientId,
        Update.Digest,
        header.NumExamples,
        header.Steps,
        header.Metrics.ToImmutableSortedDictionary(StringComparer.Ordinal),
        norm,
        length,
        FileNameOf(Update),
        world.Clock.GetUtcNow());
}
