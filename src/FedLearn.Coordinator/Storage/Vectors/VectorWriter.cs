using System.IO.Hashing;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Sealing;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Storage.Vectors;

/// <summary>
/// Writes a vector and its block list in order, computing digest and norm on the way. Nothing has its final name before
/// <see cref="Seal"/>, and nothing is durable before it returns. Allocates nothing per piece or block.
/// </summary>
internal sealed class VectorWriter : IDisposable
{
    /// <summary>The disk starts on bytes in steps of this many, so that the last sync of a large vector finds little to do.</summary>
    private const long WritebackStep = 8 << 20;

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly string _listPath;
    private readonly IDiskFile _file;
    private readonly IDiskFile _list;
    private readonly BlockDigest _digest = new();
    private readonly XxHash3 _xx = new();
    private readonly long _start;
    private readonly byte[] _entry = new byte[BlockList.EntrySize];
    private readonly EncodedNorm _norm;
    private long _writebackFrom;

    private VectorWriter(IDisk disk, string path, string listPath, int start, EncodedNorm? norm)
    {
        (_disk, _path, _listPath, _start) = (disk, path, listPath, start);
        _norm = norm ?? new EncodedNorm(VectorEncodings.F32, long.MaxValue);
        _file = disk.OpenWrite(path, start);
        _list = disk.OpenWrite(listPath);
    }

    /// <summary>The bytes of the vector so far.</summary>
    public long Length => _digest.Length;

    /// <summary>The L2 norm of the values so far.</summary>
    public double Norm => _norm.Norm;

    /// <summary>What is wrong with the bytes so far, or null.</summary>
    public string? Mistake => _norm.Mistake;

    /// <summary>Starts a new file whose vector begins after <paramref name="header"/>.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="path">The vector's file.</param>
    /// <param name="listPath">Its list.</param>
    /// <param name="header">What goes before the vector.</param>
    /// <param name="norm">Checks the vector's bytes; null = float32 values, as many as come.</param>
    public static VectorWriter Create(IDisk disk, string path, string listPath, ReadOnlySpan<byte> header, EncodedNorm? norm = null)
    {
        disk.DeleteFile(path);
        disk.DeleteFile(listPath);
        var writer = new VectorWriter(disk, path, listPath, header.Length, norm);
        writer._file.Write(header, 0);
        return writer;
    }

    /// <summary>
    /// Goes on with a file that an earlier writer left, after its last whole block that still matches its list: after a power cut the
    /// list may speak of bytes that never reached the disk.
    /// </summary>
    /// <param name="disk">The disk.</param>
    /// <param name="path">The vector's file.</param>
    /// <param name="listPath">Its list.</param>
    /// <param name="closedLength">The length at which the earlier writer closed the vector, if it did: its last block may then be a short one. 0 otherwise.</param>
    /// <param name="norm">Checks the vector's bytes, also those that are there; null = float32 values, as many as come.</param>
    public static VectorWriter Resume(IDisk disk, string path, string listPath, long closedLength = 0, EncodedNorm? norm = null)
    {
        var writer = new VectorWriter(disk, path, listPath, 0, norm);
        writer.TakeGoodBlocks(closedLength);
        return writer;
    }

    /// <summary>Writes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = BlockDigest.BlockSize - (int)(Length % BlockDigest.BlockSize);
            var piece = bytes[..Math.Min(room, bytes.Length)];
            _file.Write(piece, _start + Length);
            _norm.Append(piece);
            _xx.Append(piece);
            _digest.Append(piece);
            if (Length % BlockDigest.BlockSize == 0)
            {
                ListBlock();
            }

            bytes = bytes[piece.Length..];
        }
    }

    /// <summary>Closes the vector: digest, and both files synced. The names are still the writer's own.</summary>
    public byte[] Finish()
    {
        var digest = _digest.Finish();
        if (Length % BlockDigest.BlockSize != 0)
        {
            ListBlock();
        }

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
        _digest.Dispose();
    }

    private void TakeGoodBlocks(long closedLength)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(BlockDigest.BlockSize);
        while (TryFill(_list, _entry, (long)_digest.BlockCount * BlockList.EntrySize, _listPath))
        {
            var entry = BlockList.Read(_entry);
            var block = buffer.AsSpan(0, closedLength - Length is > 0 and < BlockDigest.BlockSize and var last ? (int)last : buffer.Length);
            if (!TryFill(_file, block, Length, _path) || XxHash3.HashToUInt64(block) != entry.XxHash3)
            {
                break;
            }

            if (block.Length < buffer.Length)
            {
                CutTo(Length);
                Append(block);
                return;
            }

            _digest.AppendWholeBlock(entry.Sha256);
            _norm.Append(buffer);
        }

        CutTo(Length);
    }

    /// <summary>False where the file ends, or a power cut left a part of what was sealed.</summary>
    private static bool TryFill(IDiskFile file, Span<byte> buffer, long at, string path)
    {
        try
        {
            return file.Fill(buffer, at, path) == buffer.Length;
        }
        catch (BrokenSealException)
        {
            return false;
        }
    }

    private void CutTo(long length)
    {
        _writebackFrom = length;
        _file.SetLength(length);
        _list.SetLength((long)_digest.BlockCount * BlockList.EntrySize);
    }

    private void ListBlock()
    {
        BlockList.Write(_entry, new BlockEntry(_digest.LastBlock, _xx.GetCurrentHashAsUInt64(), BlockEntry.SquaresIn(_norm)));
        _list.Write(_entry, (_digest.BlockCount - 1L) * BlockList.EntrySize);
        _xx.Reset();
        if (Length - _writebackFrom >= WritebackStep)
        {
            _file.StartWriteback(_start + _writebackFrom, Length - _writebackFrom);
            _writebackFrom = Length;
        }
    }
}
