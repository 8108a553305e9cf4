namespace FedLearn.Benchmarks.Update;

/// <summary>The specs of the benchmark's runs.</summary>
internal static class RunSpecs
{
    /// <summary>The model kind: one that no built-in trainer serves.</summary>
    public const string Kind = "bench";

    /// <summary>One vector of this many float32; a round opens when all clients are there, and closes on the full count.</summary>
    public static string Endless(long parameters, int clients) => $$"""
        {
          "name": "bench",
          "model": { "kind": "{{Kind}}", "tensors": [ { "name": "w", "shape": [{{parameters}}] } ] },
          "cohort": { "minimum": {{clients}} },
          "closing": { "minUpdates": {{clients}}, "maxSeconds": 3600 },
          "evaluation": { "everyRounds": 0 },
          "stop": { "rounds": 1000000 }
        }
        """;
}
