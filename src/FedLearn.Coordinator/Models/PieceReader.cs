using System.IO.Hashing;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Models;

/// <summary>
/// Reads an update's block piece by piece and checks it with the last one, so that a piece is hashed and used while it is still in the
/// processor's cache. One thread's; used over and over.
/// </summary>
internal sealed class PieceReader(int elements) : IDisposable
{
    private readonly float[] _buffer = BlockPools.Singles.Rent(elements);
    private readonly XxHash3 _hash = new();

    /// <summary>The values of a block from <paramref name="first"/> on; they stand until the next call.</summary>
    /// <exception cref="Storage.StoredDataException">This was the last piece, and the block is damaged.</exception>
    public ReadOnlySpan<float> Read(VectorReader vector, int block, int first)
    {
        if (first == 0)
        {
            _hash.Reset();
        }

        return _buffer.AsSpan(0, vector.ReadPiece(block, first, _buffer.AsSpan(0, elements), _hash));
    }

    public void Dispose() => BlockPools.Singles.Return(_buffer);
}
