using System.Text.Json.Nodes;

namespace FedLearn.Proofs.Crash;

/// <summary>
/// A run whose bits hang on nothing but its spec: everybody is in every cohort, a round closes on the full count, and no limit is in
/// seconds.
/// </summary>
/// <param name="Name">The run's name.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Elements">The model's float32 values; an update of at most 262,144 is a small one.</param>
/// <param name="Rounds">Versions until the run is over.</param>
/// <param name="Clients">How many clients take part.</param>
internal sealed record CrashRun(string Name, long Seed, int Elements, int Rounds, int Clients)
{
    /// <summary>Whether every round's version is evaluated.</summary>
    public bool Evaluates { get; init; } = true;

    public string ToJson() => new JsonObject
    {
        ["name"] = Name,
        ["seed"] = Seed,
        ["model"] = new JsonObject
        {
            ["kind"] = HashTrainer.ModelKind,
            ["tensors"] = new JsonArray(new JsonObject
            {
                ["name"] = "w",
                ["shape"] = new JsonArray(Elements),
                ["init"] = new JsonObject { ["kind"] = "normal", ["std"] = 1.0 },
            }),
        },
        ["cohort"] = new JsonObject { ["minimum"] = Clients },
        ["closing"] = new JsonObject { ["minUpdates"] = Clients, ["maxSeconds"] = 86_400 },
        ["evaluation"] = new JsonObject { ["everyRounds"] = Evaluates ? 1 : 0, ["maxSeconds"] = 86_400 },
        ["stop"] = new JsonObject { ["rounds"] = Rounds },
    }.ToJsonString();
}
