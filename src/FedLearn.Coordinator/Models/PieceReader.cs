using System.IO.Hashing;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Encodings;

namespace FedLearn.Coordinator.Models;

/// <summary>
/// Reads an update's block of coordinates piece by piece and checks it with the last one, so that a piece is hashed, decoded and used while
/// it is still in the processor's cache. One thread's; used over and over.
/// </summary>
/// <remarks>
/// A block of an encoding that is shorter than float32 is a part of one or two blocks of the file, which are hashed whole for it: about 1 MiB for
/// each block of coordinates whatever the encoding.
/// </remarks>
/// <param name="buffer">Holds a piece.</param>
internal sealed class PieceReader(Memory<float> buffer)
{
    /// <summary>Bytes of entries that are read at once.</summary>
    private const int EntryBytes = 4096;

    private readonly XxHash3 _hash = new();
    private readonly CheckedRange _range = new();

    /// <summary>The values of a block from <paramref name="first"/> on; they stand until the next call.</summary>
    /// <exception cref="Storage.StoredDataException">This was the last piece, and the block is damaged.</exception>
    public ReadOnlySpan<float> Read(EncodedVector vector, int block, int first) =>
        vector.Encoding.Kind == EncodingKind.F32 ? ReadValues(vector.Bytes, block, first) : Decode(vector, block, first);

    private Span<float> ReadValues(VectorReader vector, int block, int first)
    {
        if (first == 0)
        {
            _hash.Reset();
        }

        var piece = buffer.Span;
        return piece[..vector.ReadPiece(block, first, piece, _hash)];
    }

    private Span<float> Decode(EncodedVector vector, int block, int first)
    {
        var (encoding, length) = (vector.Encoding, vector.LengthOf(block));
        if (first == 0)
        {
            _range.Begin(vector.Bytes, encoding.StartOf(block));
        }

        var piece = buffer.Span[..Math.Min(buffer.Length, length - first)];
        if (encoding.IsDense)
        {
            DecodeValues(encoding, first, piece);
        }
        else
        {
            DecodeEntries(encoding, encoding.StartOf(block) + encoding.BytesOf(length), first, piece);
        }

        if (first + piece.Length == length)
        {
            _range.End();
        }

        return piece;
    }

    private void DecodeValues(IVectorEncoding encoding, int first, Span<float> piece)
    {
        // The bytes lie at the buffer's end, and the values grow over them from its start.
        var bytes = MemoryMarshal.AsBytes(buffer.Span)[^encoding.BytesOf(piece.Length)..];
        _range.Peek(bytes);
        _range.Take(bytes);
        encoding.Decode(bytes, first, piece);
    }

    private void DecodeEntries(IVectorEncoding encoding, long end, int first, Span<float> piece)
    {
        Span<byte> entries = stackalloc byte[EntryBytes];
        piece.Clear();
        while (_range.At < end)
        {
            // What belongs to the next piece is read again then, and hashed only once it is used.
            var bytes = entries[..(int)Math.Min(EntryBytes, end - _range.At)];
            _range.Peek(bytes);
            var used = encoding.Decode(bytes, first, piece);
            _range.Take(bytes[..used]);
            if (used < bytes.Length)
            {
                return;
            }
        }
    }
}
