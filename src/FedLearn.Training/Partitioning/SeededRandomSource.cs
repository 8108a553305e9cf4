using FedLearn.Core.Models;
using MathNet.Numerics.Random;

namespace FedLearn.Training.Partitioning;

/// <summary>The house's generator as MathNet's distributions want it.</summary>
internal sealed class SeededRandomSource(string purpose, long seed) : RandomSource(threadSafe: false)
{
    private readonly SeededRandom _random = SeededRandom.For(purpose, seed);

    /// <inheritdoc/>
    protected override double DoSample() => _random.NextDouble();
}
