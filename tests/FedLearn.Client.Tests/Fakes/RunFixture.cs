using FedLearn.Core.Models;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>A run of one tensor, and the messages about it.</summary>
internal sealed class RunFixture(int parameters, string id = "run-1", string kind = "own", string clientJson = "{}", string strategyJson = "{}", int second = 0)
{
    public string Id => id;

    /// <summary>The tensor <c>w</c>, and where there is a second one, <c>head.w</c>.</summary>
    public ModelManifest Manifest { get; } = new([new TensorSpec("w", InitRule.Zeros, parameters), .. second > 0 ? [new TensorSpec("head.w", InitRule.Zeros, second)] : Array.Empty<TensorSpec>()]);

    public float[] Vector(int version) => [.. Enumerable.Range(0, parameters + second).Select(i => version + (i % 1000 * 0.001f))];

    public WatchReply Announcement(Action<RunAnnouncement>? change = null)
    {
        var manifest = new Manifest { Hash = Manifest.Hash };
        var tensor = new Tensor { Name = "w" };
        tensor.Shape.Add(parameters);
        manifest.Tensors.Add(tensor);
        var run = new RunAnnouncement
        {
            RunId = id,
            Name = "test",
            Seed = 7,
            Manifest = manifest,
            SpecJson = $$$"""
                {
                  "name": "test",
                  "model": {"kind": "{{{kind}}}", "tensors": [{"name": "w", "shape": [{{{parameters}}}], "init": {"kind": "zeros"}}{{{(second > 0 ? $$""", {"name": "head.w", "shape": [{{second}}]}""" : "")}}}]},
                  "client": {{{clientJson}}}, "strategy": {{{strategyJson}}}
                }
                """,
        };
        change?.Invoke(run);
        return new WatchReply { Run = run };
    }

    public WatchReply Fit(int round, ModelVersion basis, double secondsLeft = 600, StateVector? state = null, SignedStatement? manifest = null)
    {
        var fit = new FitAssignment { RunId = id, Round = round, BaseVersion = basis.Version, BaseDigest = basis.Digest, SecondsLeft = secondsLeft, Manifest = manifest };
        fit.BaseState.AddRange(state is null ? [] : [state]);
        return new WatchReply { Fit = fit };
    }

    public WatchReply Evaluate(int round, ModelVersion version, SignedStatement? manifest = null) => new()
    {
        Evaluate = new EvaluateAssignment { RunId = id, Round = round, Version = version.Version, Digest = version.Digest, SecondsLeft = 600, Manifest = manifest },
    };

    public WatchReply StageOver(int round, Stage stage) => new() { StageOver = new StageOver { RunId = id, Round = round, Stage = stage } };

    public WatchReply RunOver() => new() { RunOver = new RunOver { RunId = id, Reason = "all rounds are done" } };

    /// <summary>The bytes of the delta that <see cref="ScriptedTrainer"/> makes of <paramref name="basis"/>.</summary>
    public static byte[] DeltaBytes(float[] basis, int round) =>
        [.. basis.SelectMany((b, i) => BitConverter.GetBytes(b + ScriptedTrainer.Delta(round, i) - b))];
}
