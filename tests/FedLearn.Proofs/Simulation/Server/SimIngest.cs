using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Proofs.Simulation.Server;

/// <summary>What a client hears when it announces or sends an update: a receipt, a problem, or where to go on.</summary>
internal sealed record SimAnswer(Receipt? Receipt = null, StatusCode Problem = StatusCode.OK, int Offset = 0);

/// <summary>The streaming part of the ingest, over the simulated disk. Every decision is the product's gate's.</summary>
internal sealed class SimIngest(SimWorld world, SimProcess process, IRunStore store)
{
    private readonly SimGate _gate = world.Parts.Gate();
    private readonly Dictionary<string, SimPush> _pushes = new(StringComparer.Ordinal);

    public SimGate Gate => _gate;

    /// <summary>Answers an announced update.</summary>
    public void Open(string clientId, UpdateHeader header, Action<SimAnswer> reply)
    {
        var update = new AnnouncedUpdate(clientId, header);
        reply(Admit(update, out _) ?? new SimAnswer(Offset: SimPush.ResumeOffset(world.Disk, update)));
    }

    /// <summary>Begins a stream. A newer one of the same update interrupts the older, or waits for it where its bytes are all there.</summary>
    public void Begin(SimPush push)
    {
        if (_pushes.TryGetValue(push.Key, out var older) && older.IsDelivering)
        {
            older.Next = push;
            return;
        }

        older?.Interrupt();
        if (Admit(push.Update, out var run) is { } answer)
        {
            push.Answer(answer);
            return;
        }

        _pushes[push.Key] = push;
        push.Start(process, run!);
    }

    /// <summary>A stream has ended.</summary>
    public void Left(SimPush push)
    {
        if (_pushes.GetValueOrDefault(push.Key) == push)
        {
            _pushes.Remove(push.Key);
            if (push.Next is { } next)
            {
                Begin(next);
            }
        }
    }

    /// <summary>The receipt or problem of an update whose bytes are not wanted, or null and the run that takes them.</summary>
    private SimAnswer? Admit(AnnouncedUpdate update, out OpenRun? run)
    {
        run = process.Run;
        if (run?.Updates.Round != update.Round && store.FindUpdate(update.RunId, update.Round, update.ClientId) is { } older)
        {
            return ToAnswer(update, UpdateGate.Repeat(update, older));
        }

        try
        {
            run = process.FindOpen(update.RunId);
        }
        catch (RpcException e)
        {
            return new SimAnswer(Problem: e.StatusCode);
        }

        if (WhyNot(run, update) is { } refusal)
        {
            world.Coverage.Hit($"refusal {refusal}");
        }

        var answer = _gate.Admit(run, update);
        if (answer.Problem is { } problem)
        {
            process.NoteRefusal(run, update, problem.Text);
        }

        return ToAnswer(update, answer);
    }

    /// <summary>What is to be said, or null where the bytes may come.</summary>
    public SimAnswer? ToAnswer(AnnouncedUpdate update, GateAnswer answer)
    {
        if (answer.Receipt is { } receipt)
        {
            world.Ledger.OnReceipt(update.ClientId, receipt);
            return new SimAnswer(receipt);
        }

        return answer.Problem is { } problem ? new SimAnswer(Problem: problem.Status) : null;
    }

    private static Refusal? WhyNot(OpenRun run, AnnouncedUpdate update) =>
        RunMachine.WhyNot(run.State, update.ClientId, update.Round, update.Header.BaseVersion);
}
