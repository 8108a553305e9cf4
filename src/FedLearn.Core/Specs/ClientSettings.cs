using System.Collections.Immutable;

namespace FedLearn.Core.Specs;

/// <summary>The client settings of a run, as the spec's <c>client</c> object gives them (validated by the coordinator).</summary>
public sealed record ClientSettings
{
    /// <summary>Passes over the local training set. At least 1. Default 1.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Examples per step; 0 means the whole set (full-batch gradient descent). Default 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The learning rate of round 1, at least 0. Default 0.1.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>The factor by which the learning rate falls each round, in (0, 1]. Default 1.</summary>
    public double LearningRateDecay { get; init; } = 1;

    /// <summary>Momentum (heavy ball, PyTorch's convention v = m*v + g; w -= lr*v) in [0, 1); starts at zero each round. Default 0.</summary>
    public double Momentum { get; init; }

    /// <summary>L2 weight decay, added to the gradient as wd*w; at least 0. Default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The most optimizer steps in a round, for participants with little compute; 0 = no limit. Default 0.</summary>
    public long MaxSteps { get; init; }

    /// <summary>The most seconds of training in a round, checked after each step; 0 = no limit. Default 0.</summary>
    public double MaxSeconds { get; init; }

    /// <summary>Settings that the SDK does not know, for the participant's own trainer: the name in the spec to its JSON text.</summary>
    public ImmutableDictionary<string, string> Extra { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The learning rate of a round: LearningRate * LearningRateDecay^(round-1).</summary>
    public double LearningRateAt(int round) => LearningRate * Math.Pow(LearningRateDecay, round - 1);
}
