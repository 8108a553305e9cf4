using System.Buffers;

namespace FedLearn.Coordinator.Models;

/// <summary>What one thread of an aggregation works in: pooled, and bounded whatever the model's size and the number of updates.</summary>
internal sealed class BlockBuffers(int elements, int updates) : IDisposable
{
    /// <summary>The block of the base version, and then of the new one.</summary>
    public float[] Parameters { get; } = ArrayPool<float>.Shared.Rent(elements);

    /// <summary>The block of the aggregate.</summary>
    public double[] Aggregate { get; } = ArrayPool<double>.Shared.Rent(elements);

    /// <summary>Blocks of updates.</summary>
    public float[][] Updates { get; } = [.. Enumerable.Range(0, updates).Select(_ => ArrayPool<float>.Shared.Rent(elements))];

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(Parameters);
        ArrayPool<double>.Shared.Return(Aggregate);
        foreach (var buffer in Updates)
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }
}
