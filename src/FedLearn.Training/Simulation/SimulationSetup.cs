using System.Collections.Immutable;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Specs;
using FedLearn.Training.Sgd;
using FedLearn.Training.Simulation.Attacks;

namespace FedLearn.Training.Simulation;

/// <summary>One simulated run.</summary>
public sealed record SimulationSetup
{
    /// <summary>
    /// The run's spec, of a built-in model. Time stands still while virtual clients train, so <c>client.maxSeconds</c> never ends a training and
    /// <c>stop.wallSeconds</c> counts only the time that rounds wait for clients that do not deliver. <c>evaluation.fraction</c> and
    /// <c>evaluation.minReports</c> have no effect: one evaluation on the test set stands for the clients' reports.
    /// </summary>
    public required RunSpec Spec { get; init; }

    /// <summary>Clients and test set.</summary>
    public required SimulationData Data { get; init; }

    /// <summary>Who can afford how much. Default: everybody everything.</summary>
    public Stragglers Stragglers { get; init; } = Stragglers.None;

    /// <summary>Who is hostile and how. Default: nobody.</summary>
    public Adversary Adversary { get; init; } = Adversary.None;

    /// <summary>How many clients train at once, each on one thread; changes no bit. 0, the default: one per core.</summary>
    public int Threads { get; init; }
}

/// <summary>A round of a simulated run.</summary>
/// <param name="Round">The round's number, from 1.</param>
/// <param name="Version">The version that it published, or null where it was void.</param>
/// <param name="Updates">The updates it counts.</param>
/// <param name="Examples">Their examples.</param>
/// <param name="Steps">Their optimizer steps.</param>
/// <param name="TrainLoss">The clients' mean training loss, weighted by their examples; NaN in a void round.</param>
/// <param name="LearningRate">The clients' learning rate.</param>
/// <param name="Loss">The version's mean loss on the test set, or null where it was not evaluated.</param>
/// <param name="Accuracy">The version's share of right answers there, or null where it was not evaluated or does not classify.</param>
public sealed record SimulatedRound(
    int Round, int? Version, int Updates, long Examples, long Steps, double TrainLoss, double LearningRate, double? Loss, double? Accuracy)
{
    /// <summary>
    /// Loss and accuracy once more, and of a classifier what it confuses; where tensors stay with clients the sums and means over all clients, each
    /// with its own values. Null where the version was not evaluated.
    /// </summary>
    public CentralResult? Central { get; init; }

    /// <summary>The bytes of the counted updates on the wire.</summary>
    public long BytesIn { get; init; }

    /// <summary>The mean loss on the test set of the clients' personal models, each alike, of those that have one; null where none or not evaluated.</summary>
    public double? PersonalLoss { get; init; }

    /// <summary>Their mean share of right answers; null likewise, and where the model does not classify.</summary>
    public double? PersonalAccuracy { get; init; }

    /// <summary>How far the counted updates pulled apart; null in a void round.</summary>
    public RoundDrift? Drift { get; init; }
}

/// <summary>How a simulated run ended.</summary>
/// <param name="Completed">Whether a stop rule was met; false where no round can be published any more.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Rounds">All rounds, void ones too.</param>
/// <param name="Parameters">The newest version's parameters in manifest order.</param>
public sealed record SimulationResult(bool Completed, string Reason, IReadOnlyList<SimulatedRound> Rounds, ReadOnlyMemory<float> Parameters)
{
    /// <summary>With <c>client.personalLambda</c> the personal model of each client that has one, by client id, in manifest order.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<float>> PersonalModels { get; init; } = ImmutableSortedDictionary<string, ReadOnlyMemory<float>>.Empty;
}
