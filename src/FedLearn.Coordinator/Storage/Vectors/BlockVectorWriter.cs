using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Storage.Vectors;

/// <summary>
/// Writes a vector of known length block by block, in any order and on several threads; the result does not depend on them. Nothing has
/// its final name before <see cref="Seal"/>, and nothing is durable before it returns.
/// </summary>
internal sealed class BlockVectorWriter : IDisposable
{
    /// <summary>The disk starts on bytes in steps of this many blocks, so that the last sync of a large vector finds little to do.</summary>
    private const int WritebackBlocks = 8;

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly string _listPath;
    private readonly IDiskFile _file;
    private readonly IDiskFile _list;
    private readonly long _start;
    private int _written;
    private volatile bool _notFinite;

    private BlockVectorWriter(IDisk disk, string path, string listPath, int start, long byteLength)
    {
        (_disk, _path, _listPath, _start, ByteLength) = (disk, path, listPath, start, byteLength);
        BlockCount = (int)((byteLength + BlockDigest.BlockSize - 1) / BlockDigest.BlockSize);
        _file = disk.OpenWrite(path, start);
        _list = disk.OpenWrite(listPath);
    }

    public long ByteLength { get; }

    public int BlockCount { get; }

    /// <summary>False once a value was NaN or infinite.</summary>
    public bool AllFinite => !_notFinite;

    /// <summary>Starts a new file whose vector begins after <paramref name="header"/>.</summary>
    public static BlockVectorWriter Create(IDisk disk, string path, string listPath, ReadOnlySpan<byte> header, long byteLength)
    {
        disk.DeleteFile(path);
        disk.DeleteFile(listPath);
        var writer = new BlockVectorWriter(disk, path, listPath, header.Length, byteLength);
        writer._file.Write(header, 0);
        return writer;
    }

    /// <summary>The bytes of block <paramref name="index"/>.</summary>
    public int LengthOf(int index) => (int)Math.Min(BlockDigest.BlockSize, ByteLength - ((long)index * BlockDigest.BlockSize));

    /// <summary>Writes a whole block. Each is written once.</summary>
    public void Write(int index, ReadOnlySpan<byte> block)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(block.Length, LengthOf(index));
        var entry = BlockEntry.Of(block);
        _notFinite |= !double.IsFinite(entry.SumOfSquares);
        Span<byte> bytes = stackalloc byte[BlockList.EntrySize];
        BlockList.Write(bytes, entry);
        _file.Write(block, _start + ((long)index * BlockDigest.BlockSize));
        _list.Write(bytes, (long)index * BlockList.EntrySize);
        Interlocked.Increment(ref _written);
        if (index % WritebackBlocks == WritebackBlocks - 1)
        {
            const long step = (long)WritebackBlocks * BlockDigest.BlockSize;
            _file.StartWriteback(_start + ((index + 1L) * BlockDigest.BlockSize) - step, step);
        }
    }

    /// <summary>Closes the vector: digest, and both files synced. The names are still the writer's own.</summary>
    public byte[] Finish()
    {
        if (_written != BlockCount)
        {
            throw new InvalidOperationException($"{_written} of {BlockCount} blocks are written");
        }

        var digest = BlockList.DigestOf(_list, _listPath);
        _file.Sync();
        _list.Sync();
        return digest;
    }

    /// <summary>Gives the finished file its final name, durably.</summary>
    public void Seal(string finalPath)
    {
        Dispose();
        _disk.RenameDurably(_path, finalPath);
    }

    /// <summary>Deletes both files.</summary>
    public void Discard()
    {
        Dispose();
        _disk.DeleteFile(_path);
        _disk.DeleteFile(_listPath);
    }

    public void Dispose()
    {
        _file.Dispose();
        _list.Dispose();
    }
}
