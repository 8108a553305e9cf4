using System.IO.Hashing;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Storage;

/// <summary>
/// Reads a vector from disk block by block; every block is checked against its list before a byte of it is used. Safe for several
/// threads at once.
/// </summary>
internal sealed class VectorReader : IDisposable
{
    private readonly IDiskFile _file;
    private readonly long _start;
    private readonly string _path;
    private readonly List<BlockEntry> _blocks;

    /// <summary>Opens the bytes of a file from <paramref name="start"/> on.</summary>
    /// <exception cref="StoredDataException">The file is missing, or shorter than its vector.</exception>
    public VectorReader(IDisk disk, string path, string blockList, long start, long byteLength)
    {
        (_path, _start, ByteLength) = (path, start, byteLength);
        try
        {
            _blocks = BlockList.Read(disk, blockList);
            _file = disk.OpenRead(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StoredDataException($"{path} or its block list is missing", e);
        }
        catch (IOException e)
        {
            throw new StoredDataException($"{path} or its block list cannot be read: {e.Message}", e);
        }

        var expected = (byteLength + BlockDigest.BlockSize - 1) / BlockDigest.BlockSize;
        if (_file.Length < start + byteLength || _blocks.Count != expected)
        {
            var message = $"{path} has {_file.Length} bytes and {_blocks.Count} block checks; expected {start + byteLength} bytes and {expected}";
            _file.Dispose();
            throw new StoredDataException(message);
        }
    }

    public long ByteLength { get; }

    public int BlockCount => _blocks.Count;

    /// <summary>The bytes of block <paramref name="index"/>.</summary>
    public int LengthOf(int index) => (int)Math.Min(BlockDigest.BlockSize, ByteLength - ((long)index * BlockDigest.BlockSize));

    /// <summary>Reads one block into the start of a buffer and returns its length.</summary>
    /// <exception cref="StoredDataException">The block is damaged.</exception>
    public int Read(int index, Span<byte> buffer)
    {
        var length = LengthOf(index);
        var block = buffer[..length];
        if (_file.Fill(block, _start + ((long)index * BlockDigest.BlockSize), _path) < length)
        {
            throw new StoredDataException($"{_path} ends in block {index}");
        }

        if (XxHash3.HashToUInt64(block) != _blocks[index].Check.XxHash3)
        {
            throw new StoredDataException($"block {index} of {_path} is damaged: its checksum does not match");
        }

        return length;
    }

    /// <summary>Reads one block of float32 values into the start of a buffer and returns how many.</summary>
    public int Read(int index, Span<float> buffer) => Read(index, MemoryMarshal.AsBytes(buffer)) / sizeof(float);

    public void Dispose() => _file.Dispose();
}
