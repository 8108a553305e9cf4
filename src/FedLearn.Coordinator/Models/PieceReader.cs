using System.IO.Hashing;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Models;

/// <summary>
/// Reads an update's block piece by piece and checks it with the last one, so that a piece is hashed and used while it is still in the
/// processor's cache. One thread's; used over and over.
/// </summary>
/// <param name="buffer">Holds a piece.</param>
internal sealed class PieceReader(Memory<float> buffer)
{
    private readonly XxHash3 _hash = new();

    /// <summary>The values of a block from <paramref name="first"/> on; they stand until the next call.</summary>
    /// <exception cref="Storage.StoredDataException">This was the last piece, and the block is damaged.</exception>
    public ReadOnlySpan<float> Read(VectorReader vector, int block, int first)
    {
        if (first == 0)
        {
            _hash.Reset();
        }

        var piece = buffer.Span;
        return piece[..vector.ReadPiece(block, first, piece, _hash)];
    }
}
