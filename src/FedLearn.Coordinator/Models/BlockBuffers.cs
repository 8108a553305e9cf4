namespace FedLearn.Coordinator.Models;

/// <summary>What one thread of an aggregation works in: pooled, and bounded whatever the model's size.</summary>
/// <param name="elements">The values of the longest block.</param>
/// <param name="places">The updates that are looked at side by side.</param>
/// <param name="stateVectors">The vectors that the server optimizer keeps.</param>
internal sealed class BlockBuffers(int elements, int places, int stateVectors) : IDisposable
{
    /// <summary>The block of the base version, and then of the new one.</summary>
    public float[] Parameters { get; } = BlockPools.Singles.Rent(elements);

    /// <summary>The block of the aggregate.</summary>
    public double[] Aggregate { get; } = BlockPools.Doubles.Rent(elements);

    /// <summary>The block of the server optimizer's vectors, one after the other.</summary>
    public float[] State { get; } = BlockPools.Singles.Rent(elements * stateVectors);

    /// <summary>Pieces of updates.</summary>
    public UpdateReaders Updates { get; } = new(places);

    public void Dispose()
    {
        BlockPools.Singles.Return(Parameters);
        BlockPools.Singles.Return(State);
        BlockPools.Doubles.Return(Aggregate);
        Updates.Dispose();
    }
}
