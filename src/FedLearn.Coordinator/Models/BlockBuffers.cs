namespace FedLearn.Coordinator.Models;

/// <summary>What one thread of an aggregation works in: pooled, and bounded whatever the model's size and the number of updates.</summary>
internal sealed class BlockBuffers(int elements, int updates) : IDisposable
{
    /// <summary>Values of a piece: a few pieces of updates and their part of the aggregate lie in a processor's own cache together.</summary>
    private const int PieceElements = (128 << 10) / sizeof(float);

    /// <summary>The block of the base version, and then of the new one.</summary>
    public float[] Parameters { get; } = BlockPools.Singles.Rent(elements);

    /// <summary>The block of the aggregate.</summary>
    public double[] Aggregate { get; } = BlockPools.Doubles.Rent(elements);

    /// <summary>Pieces of updates.</summary>
    public PieceReader[] Updates { get; } = [.. Enumerable.Range(0, updates).Select(_ => new PieceReader(Math.Min(elements, PieceElements)))];

    public void Dispose()
    {
        BlockPools.Singles.Return(Parameters);
        BlockPools.Doubles.Return(Aggregate);
        foreach (var piece in Updates)
        {
            piece.Dispose();
        }
    }
}
