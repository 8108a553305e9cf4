using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;

namespace FedLearn.Benchmarks.Update;

/// <summary>
/// A client's random update: finite float32 of about 0.01, drawn from its seed and another client's is another one. Held in memory, or made
/// while it is sent where it is large.
/// </summary>
internal sealed class Payload
{
    /// <summary>Bytes of a piece: 256 KiB.</summary>
    public const int PieceSize = 256 << 10;

    /// <summary>Vectors up to this many bytes are held in memory: what is measured is then the sending alone.</summary>
    private const long MostInMemory = 128 << 20;

    private readonly ulong _seed;
    private readonly byte[]? _bytes;

    /// <param name="seed">The client's.</param>
    /// <param name="parameters">How many values.</param>
    /// <param name="held">Whether the vector is held in memory; null: where it is small enough.</param>
    public Payload(ulong seed, long parameters, bool? held = null)
    {
        (_seed, Length) = (seed, parameters * sizeof(float));
        if (held ?? Length <= MostInMemory)
        {
            var bytes = new byte[Length];
            for (var at = 0; at < bytes.Length; at += PieceSize)
            {
                Draw(at, bytes.AsSpan(at, Math.Min(PieceSize, bytes.Length - at)));
            }

            _bytes = bytes;
        }

        Digest = ComputeDigest();
    }

    public long Length { get; }

    /// <summary>The digest that the update's header carries.</summary>
    public byte[] Digest { get; }

    /// <summary>The bytes at an offset, a multiple of <see cref="PieceSize"/>: a whole piece, or what is left.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="scratch">At least <see cref="PieceSize"/> bytes, used where the vector is not in memory.</param>
    public ReadOnlyMemory<byte> Piece(long offset, Memory<byte> scratch)
    {
        var length = (int)Math.Min(PieceSize, Length - offset);
        if (_bytes is not null)
        {
            return _bytes.AsMemory((int)offset, length);
        }

        Draw(offset, scratch.Span[..length]);
        return scratch[..length];
    }

    private byte[] ComputeDigest()
    {
        using var digest = new BlockDigest();
        var scratch = new byte[PieceSize];
        for (var at = 0L; at < Length; at += PieceSize)
        {
            digest.Append(Piece(at, scratch).Span);
        }

        return digest.Finish();
    }

    /// <summary>SplitMix64 over (seed, position): any piece can be drawn at any time. Sign and fraction are random, the exponent is fixed.</summary>
    private void Draw(long offset, Span<byte> piece)
    {
        var state = (_seed * 0xD1342543DE82EF95) + ((ulong)offset / 8 * 0x9E3779B97F4A7C15);
        var words = MemoryMarshal.Cast<byte, ulong>(piece);
        foreach (ref var word in words)
        {
            word = Next(ref state);
        }

        if (piece.Length % 8 != 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(piece[^4..], (uint)Next(ref state));
        }
    }

    private static ulong Next(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) & 0x807FFFFF_807FFFFF) | 0x3C000000_3C000000;
    }
}
