using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;
using FedLearn.Core.Rounds;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Coordinator.Rounds;

/// <summary>What a run tells a client, made from the run's state.</summary>
internal static class Assignments
{
    /// <summary>The full current state of a run, for one client.</summary>
    public static IEnumerable<WatchReply> Current(OpenRun run, string clientId, TimeSpan now)
    {
        yield return new WatchReply { Run = run.Announcement };
        if (Open(run, clientId, now) is { } assignment)
        {
            yield return assignment;
        }
    }

    /// <summary>What the client is to do in the open stage, or null.</summary>
    public static WatchReply? Open(OpenRun run, string clientId, TimeSpan now) => run.State switch
    {
        { Phase: RunPhase.Fitting, Round: { } r } when r.Cohort.Contains(clientId) && !r.Declined.Contains(clientId) && !r.Updates.ContainsKey(clientId) =>
            Fit(run, r, now),
        { Phase: RunPhase.Evaluating, Round: { } r } when r.Evaluators.Contains(clientId) && !r.Declined.Contains(clientId) && !r.Reports.ContainsKey(clientId) =>
            Evaluate(run, r, now),
        _ => null,
    };

    public static WatchReply Fit(OpenRun run, RoundState round, TimeSpan now)
    {
        var fit = new FitAssignment
        {
            RunId = run.Id,
            Round = round.Number,
            BaseVersion = round.BaseVersion,
            BaseDigest = ByteString.CopyFrom(run.Newest.Digest),
            SecondsLeft = RunMachine.SecondsLeft(run.State, now),
            TraceParent = run.Trace.Parent,
        };
        fit.BaseState.AddRange(run.Newest.State.Where(s => IsForClients(s.Name)).Select(s => new Protocol.V1.StateVector { Name = s.Name, Digest = ByteString.CopyFrom(s.Digest) }));
        fit.Manifest = ToWire(run.Newest.Manifest);
        return new WatchReply { Fit = fit };
    }

    /// <summary>Whether clients may have a vector of the server state: what the optimizer keeps concerns nobody else.</summary>
    public static bool IsForClients(string state) => state == ControlVariates.State.Name;

    public static WatchReply Evaluate(OpenRun run, RoundState round, TimeSpan now) => new()
    {
        Evaluate = new EvaluateAssignment
        {
            RunId = run.Id,
            Round = round.Number,
            Version = run.Newest.Number,
            Digest = ByteString.CopyFrom(run.Newest.Digest),
            SecondsLeft = RunMachine.SecondsLeft(run.State, now),
            Manifest = ToWire(run.Newest.Manifest),
            TraceParent = run.Trace.Parent,
        },
    };

    /// <summary>A signed statement, or null where there is none.</summary>
    public static SignedStatement? ToWire(SignedBytes? signed) => signed is null
        ? null
        : new SignedStatement { Statement = UnsafeByteOperations.UnsafeWrap(signed.Statement), Signature = UnsafeByteOperations.UnsafeWrap(signed.Signature) };

    public static WatchReply Over(string runId, RoundState round, Stage stage) =>
        new() { StageOver = new StageOver { RunId = runId, Round = round.Number, Stage = stage } };

    public static RunAnnouncement Announce(string runId, string specJson, Core.Specs.RunSpec spec)
    {
        var manifest = new Manifest { Hash = spec.Model.Manifest.Hash };
        manifest.Tensors.AddRange(spec.Model.Manifest.Tensors.Select(ToWire));
        return new RunAnnouncement
        {
            RunId = runId,
            Name = spec.Name,
            SpecJson = specJson,
            Manifest = manifest,
            Seed = spec.Seed,
            DataSchemaDigest = spec.DataSchema ?? "",
        };
    }

    private static Tensor ToWire(TensorSpec spec)
    {
        var tensor = new Tensor { Name = spec.Name };
        tensor.Shape.AddRange(spec.Shape);
        return tensor;
    }
}
