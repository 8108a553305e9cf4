using System.Collections.Immutable;
using FedLearn.Core.Encodings;

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

    /// <summary>How the learning rate falls over the rounds. Default exponential, which with a decay of 1 keeps it as it is.</summary>
    public LearningRateSchedule LearningRateSchedule { get; init; }

    /// <summary>The factor by which the learning rate falls each round (step: each <see cref="ScheduleRounds"/>), in (0, 1]. Default 1.</summary>
    public double LearningRateDecay { get; init; } = 1;

    /// <summary>Of step the rounds from one fall to the next; of cosine the rounds until <see cref="LearningRateFloor"/>. At least 1. Default 10.</summary>
    public int ScheduleRounds { get; init; } = 10;

    /// <summary>No schedule goes below this learning rate; 0 to <see cref="LearningRate"/>. Default 0.</summary>
    public double LearningRateFloor { get; init; }

    /// <summary>Momentum (heavy ball, PyTorch's convention v = m*v + g; w -= lr*v) in [0, 1); starts at zero each round. Default 0.</summary>
    public double Momentum { get; init; }

    /// <summary>L2 weight decay, added to the gradient as wd*w; at least 0. Default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>
    /// FedProx's mu (Li et al. 2020, MLSys, eq. 2): the local objective is the loss plus mu/2 ||w - w_t||^2, where w_t are the parameters that the
    /// round began with; so mu (w - w_t) is added to the gradient. At least 0. Default 0.
    /// </summary>
    public double ProximalMu { get; init; }

    /// <summary>
    /// A mean gradient of the loss whose L2 norm over all parameters is above this is scaled down to it (Pascanu et al. 2013, algorithm 1), before
    /// weight decay and the proximal term are added; 0 = no clipping. Default 0.
    /// </summary>
    public double MaxGradientNorm { get; init; }

    /// <summary>How deltas go over the wire. Default float32.</summary>
    public EncodingKind Encoding { get; init; }

    /// <summary>Of the encoding top-k the share of the values that is sent, in (0, 1]. Default 0.01.</summary>
    public double TopK { get; init; } = 0.01;

    /// <summary>
    /// Patterns of the names of tensors that stay with each client (<see cref="Models.LocalTensors"/>), between commas; null for none. Default null.
    /// </summary>
    public string? LocalTensors { get; init; }

    /// <summary>
    /// Ditto's lambda (Li et al. 2021, ICML, algorithm 1): above 0 each client also trains a model of its own, which never leaves it, on the loss plus
    /// lambda/2 ||v - w_t||^2. 0 to 1000; 0 = none. Default 0.
    /// </summary>
    public double PersonalLambda { get; init; }

    /// <summary>
    /// Whether the trainer reports the mean loss of the base version on its training set, before a step is done, as the metric
    /// <c>baseLoss</c>. No field of the spec: set where the strategy needs it.
    /// </summary>
    public bool ReportBaseLoss { get; init; }

    /// <summary>The most optimizer steps in a round, for participants with little compute; 0 = no limit. Default 0.</summary>
    public long MaxSteps { get; init; }

    /// <summary>The most seconds of training in a round, checked after each step; 0 = no limit. Default 0.</summary>
    public double MaxSeconds { get; init; }

    /// <summary>Settings that the SDK does not know, for the participant's own trainer: the name in the spec to its JSON text.</summary>
    public ImmutableDictionary<string, string> Extra { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The settings of the pass that trains the personal model: those of the round, with the pull of <see cref="PersonalLambda"/> alone.</summary>
    public ClientSettings ForPersonal() => this with { ProximalMu = PersonalLambda, ReportBaseLoss = false };

    /// <summary>The learning rate of a round, from 1.</summary>
    public double LearningRateAt(int round) => LearningRateSchedule switch
    {
        LearningRateSchedule.Step => Math.Max(LearningRateFloor, LearningRate * Math.Pow(LearningRateDecay, (round - 1) / ScheduleRounds)),
        LearningRateSchedule.Cosine => LearningRateFloor + ((LearningRate - LearningRateFloor) * CosineShare(round)),
        _ => Math.Max(LearningRateFloor, LearningRate * Math.Pow(LearningRateDecay, round - 1)),
    };

    /// <summary>Half a cosine wave from 1 in round 1 to 0 in round 1 + ScheduleRounds, and 0 from then on.</summary>
    private double CosineShare(int round) => (1 + Math.Cos(Math.PI * Math.Min(1, (round - 1) / (double)ScheduleRounds))) / 2;
}
