using FedLearn.Client.Training;
using FedLearn.Core.Specs;

namespace FedLearn.Training.Sgd;

/// <summary>One client's training in one round.</summary>
internal sealed record SgdJob
{
    /// <summary>Epochs, batch size, momentum, decay and limits; the learning rate is that of <see cref="Round"/>.</summary>
    public required ClientSettings Settings { get; init; }

    /// <summary>The run's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>The round, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>What each step adds to its gradient, after clipping and decay; empty for nothing.</summary>
    public ReadOnlyMemory<float> Correction { get; init; }

    /// <summary>What the proximal term pulls towards; empty for the parameters that training begins with.</summary>
    public ReadOnlyMemory<float> ProximalCentre { get; init; }

    /// <summary>How many threads may work on a step; changes no bit. Default 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Told once at the end of each epoch, and when a limit ends training within one.</summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>Measures <see cref="ClientSettings.MaxSeconds"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What training gave besides the parameters.</summary>
/// <param name="Steps">Optimizer steps done.</param>
/// <param name="Loss">The mean loss over all examples worked on, each at the parameters of its step.</param>
/// <param name="Accuracy">The share of right answers over the same; 0 where the model does not classify.</param>
internal readonly record struct SgdOutcome(long Steps, double Loss, double Accuracy);
