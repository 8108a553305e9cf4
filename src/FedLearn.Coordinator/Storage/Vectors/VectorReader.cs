using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Storage.Vectors;

/// <summary>Where a vector lies on disk.</summary>
/// <param name="Path">The file of its bytes.</param>
/// <param name="Start">Its first byte in that file.</param>
/// <param name="ListPath">The file of its block list.</param>
/// <param name="ListStart">The list's first byte in that file.</param>
/// <param name="ByteLength">The vector's bytes.</param>
internal sealed record VectorPlace(string Path, long Start, string ListPath, long ListStart, long ByteLength);

/// <summary>
/// Reads a vector from disk block by block; every block is checked against its list before a byte of it is used. Holds no part of the
/// vector or its list in memory. Safe for several threads at once.
/// </summary>
internal sealed class VectorReader : IDisposable
{
    private readonly OpenFiles _files;
    private readonly bool _ownsFiles;
    private readonly VectorPlace _place;

    /// <summary>Opens a vector with handles of its own.</summary>
    /// <exception cref="StoredDataException">A file is missing, or shorter than the vector needs.</exception>
    public VectorReader(IDisk disk, VectorPlace place)
        : this(new OpenFiles(disk, 2), place, ownsFiles: true)
    {
    }

    /// <summary>Opens a vector whose files others read too.</summary>
    /// <exception cref="StoredDataException">A file is missing, or shorter than the vector needs.</exception>
    public VectorReader(OpenFiles files, VectorPlace place)
        : this(files, place, ownsFiles: false)
    {
    }

    private VectorReader(OpenFiles files, VectorPlace place, bool ownsFiles)
    {
        (_files, _place, _ownsFiles) = (files, place, ownsFiles);
        BlockCount = (int)((place.ByteLength + BlockDigest.BlockSize - 1) / BlockDigest.BlockSize);
        try
        {
            ThrowIfShort(place.Path, place.Start + place.ByteLength);
            ThrowIfShort(place.ListPath, place.ListStart + ((long)BlockCount * BlockList.EntrySize));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long ByteLength => _place.ByteLength;

    public int BlockCount { get; }

    /// <summary>The bytes of block <paramref name="index"/>.</summary>
    public int LengthOf(int index) => (int)Math.Min(BlockDigest.BlockSize, ByteLength - ((long)index * BlockDigest.BlockSize));

    /// <summary>Reads one block into the start of a buffer and returns its length.</summary>
    /// <exception cref="StoredDataException">The block is damaged.</exception>
    public int Read(int index, Span<byte> buffer)
    {
        var block = buffer[..LengthOf(index)];
        _files.Read(_place.Path, block, PlaceOf(index));
        ThrowIfDamaged(index, XxHash3.HashToUInt64(block));
        return block.Length;
    }

    /// <summary>
    /// Reads a part of a block, of which the parts before were read in order, and returns how many values; checks the block with its last part.
    /// </summary>
    /// <param name="index">The block.</param>
    /// <param name="first">The part's first value in the block.</param>
    /// <param name="piece">Receives at most as many values as it holds.</param>
    /// <param name="hash">Has taken the parts before, and takes this one.</param>
    /// <exception cref="StoredDataException">This was the last part, and the block is damaged.</exception>
    public int ReadPiece(int index, int first, Span<float> piece, XxHash3 hash)
    {
        var at = first * sizeof(float);
        var bytes = MemoryMarshal.AsBytes(piece);
        bytes = bytes[..Math.Min(bytes.Length, LengthOf(index) - at)];
        _files.Read(_place.Path, bytes, PlaceOf(index) + at);
        hash.Append(bytes);
        if (at + bytes.Length == LengthOf(index))
        {
            ThrowIfDamaged(index, hash.GetCurrentHashAsUInt64());
        }

        return bytes.Length / sizeof(float);
    }

    /// <summary>Reads one block of float32 values into the start of a buffer and returns how many.</summary>
    public int Read(int index, Span<float> buffer) => Read(index, MemoryMarshal.AsBytes(buffer)) / sizeof(float);

    /// <summary>The bytes from a place on, as they lie: <see cref="ThrowIfDamaged"/> is the caller's matter.</summary>
    public void ReadUnchecked(long at, Span<byte> bytes) => _files.Read(_place.Path, bytes, _place.Start + at);

    /// <summary>Checks a block that was read.</summary>
    /// <param name="index">The block.</param>
    /// <param name="xxHash3">The hash of its bytes.</param>
    /// <exception cref="StoredDataException">The block is damaged.</exception>
    public void ThrowIfDamaged(int index, ulong xxHash3)
    {
        Span<byte> expected = stackalloc byte[sizeof(ulong)];
        _files.Read(_place.ListPath, expected, _place.ListStart + ((long)index * BlockList.EntrySize) + BlockList.XxHash3At);
        if (xxHash3 != BinaryPrimitives.ReadUInt64LittleEndian(expected))
        {
            throw new StoredDataException($"block {index} of {_place.Path} is damaged: its checksum does not match (its vector begins at byte {_place.Start})");
        }
    }

    public void Dispose()
    {
        if (_ownsFiles)
        {
            _files.Dispose();
        }
    }

    private long PlaceOf(int index) => _place.Start + ((long)index * BlockDigest.BlockSize);

    private void ThrowIfShort(string path, long needed)
    {
        if (_files.LengthOf(path) is var length && length < needed)
        {
            throw new StoredDataException($"{path} has {length} bytes; expected {needed} at least");
        }
    }
}
