using System.Runtime.InteropServices;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>
/// The federation of this proof: three clients, one run whose updates are small and share segments, one whose updates have a file of their
/// own. Both are scaffold's, so that updates have two parts and versions a control; the small one's server optimizer has a state to lose between its two
/// rounds too. Cohort = all and rounds close on the full count, so that every course of events ends with the same models.
/// </summary>
internal static class Script
{
    public const int SmallElements = 300;

    /// <summary>More than one block of 1 MiB, so that an update has whole blocks to resume from and a short one.</summary>
    public const int LargeElements = 300_000;

    public static IReadOnlyList<string> Clients { get; } = ["a", "b", "c"];

    /// <summary>Specs by name.</summary>
    public static IReadOnlyDictionary<string, string> Specs { get; } = new Dictionary<string, string>
    {
        ["large"] = Spec("large", LargeElements, rounds: 1, evaluateEvery: 0, "sgd"),
        ["small"] = Spec("small", SmallElements, rounds: 2, evaluateEvery: 1, "adam"),
    };

    public static int Elements(string run) => run == "small" ? SmallElements : LargeElements;

    /// <summary>Versions that the run publishes, the initial one apart.</summary>
    public static int Rounds(string run) => run == "small" ? 2 : 1;

    public static int Examples(string client) => 10 + client[0];

    /// <summary>A client's update to a version: always the same, in whichever round it is asked for.</summary>
    public static float[] Delta(string client, string run, int baseVersion)
    {
        var random = new Random((client[0] * 1000) + (run[0] * 10) + baseVersion);
        var delta = new float[Elements(run)];
        foreach (ref var value in delta.AsSpan())
        {
            value = (float)random.NextDouble() - 0.5f;
        }

        return delta;
    }

    /// <summary>A client's control delta to a version: eighths, three times as large as they shall count, so that the server's sums are exact.</summary>
    public static float[] ControlDelta(string client, string run, int baseVersion) =>
        [.. Enumerable.Range(0, Elements(run)).Select(i => 3 * (client[0] + i + baseVersion) % 64 * 0.125f * 3)];

    /// <summary>The server's control of a version: the sum of all control deltas before it, each a third.</summary>
    public static float[] Control(string run, int version)
    {
        var control = new float[Elements(run)];
        foreach (var delta in Enumerable.Range(0, version).SelectMany(_ => Clients, (baseVersion, client) => ControlDelta(client, run, baseVersion)))
        {
            for (var i = 0; i < control.Length; i++)
            {
                control[i] += delta[i] / 3;
            }
        }

        return control;
    }

    /// <summary>The parts of a client's update to a version, by name, in order.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Parts(string client, string run, int baseVersion) =>
        [("delta", BytesOf(Delta(client, run, baseVersion))), ("control", BytesOf(ControlDelta(client, run, baseVersion)))];

    public static byte[] BytesOf(float[] vector) => MemoryMarshal.AsBytes(vector.AsSpan()).ToArray();

    private static string Spec(string name, int elements, int rounds, int evaluateEvery, string optimizer) => $$"""
        {
          "name": "{{name}}",
          "model": { "kind": "custom", "tensors": [ { "name": "w", "shape": [{{elements}}], "init": { "kind": "normal", "std": 1 } } ] },
          "stop": { "rounds": {{rounds}} },
          "strategy": { "kind": "scaffold", "clients": 3, "optimizer": "{{optimizer}}" },
          "cohort": { "minimum": 3 },
          "closing": { "minUpdates": 3, "maxSeconds": 604800 },
          "evaluation": { "everyRounds": {{evaluateEvery}}, "minReports": 3, "maxSeconds": 86400 }
        }
        """;
}
