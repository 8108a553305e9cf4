using System.IO.Hashing;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Storage.Vectors;

/// <summary>
/// Reads a range of a vector's bytes in order, and checks every block of the file that it touches: what of those lies before and behind
/// the range is hashed and dropped. One thread's; used over and over, without allocation.
/// </summary>
internal sealed class CheckedRange
{
    private const int Scratch = 16 << 10;

    private readonly XxHash3 _hash = new();
    private VectorReader _vector = null!;

    /// <summary>The next byte.</summary>
    public long At { get; private set; }

    /// <summary>Begins a range.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="start">The range's first byte.</param>
    public void Begin(VectorReader vector, long start)
    {
        _vector = vector;
        _hash.Reset();
        At = start / BlockDigest.BlockSize * BlockDigest.BlockSize;
        Drop(start);
    }

    /// <summary>The next bytes, as they lie; nothing is checked, and the range stays where it is.</summary>
    public void Peek(Span<byte> bytes) => _vector.ReadUnchecked(At, bytes);

    /// <summary>Takes bytes that were peeked at.</summary>
    /// <exception cref="StoredDataException">A block that ends in them is damaged.</exception>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var block = (int)(At / BlockDigest.BlockSize);
            var left = _vector.LengthOf(block) - (int)(At % BlockDigest.BlockSize);
            var piece = bytes[..Math.Min(left, bytes.Length)];
            _hash.Append(piece);
            At += piece.Length;
            bytes = bytes[piece.Length..];
            if (piece.Length == left)
            {
                _vector.ThrowIfDamaged(block, _hash.GetCurrentHashAsUInt64());
                _hash.Reset();
            }
        }
    }

    /// <summary>Ends the range: takes what is left of its last block.</summary>
    /// <exception cref="StoredDataException">That block is damaged.</exception>
    public void End()
    {
        if (At % BlockDigest.BlockSize != 0)
        {
            var block = At / BlockDigest.BlockSize;
            Drop((block * BlockDigest.BlockSize) + _vector.LengthOf((int)block));
        }
    }

    private void Drop(long end)
    {
        Span<byte> scratch = stackalloc byte[Scratch];
        while (At < end)
        {
            var piece = scratch[..(int)Math.Min(Scratch, end - At)];
            Peek(piece);
            Take(piece);
        }
    }
}
