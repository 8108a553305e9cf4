using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Storage;

/// <summary>
/// Writes a vector and its block list in order, computing digest and norm on the way. Nothing has its final name before
/// <see cref="Seal"/>, and nothing is durable before it returns.
/// </summary>
internal sealed class VectorWriter : IDisposable
{
    private readonly IDisk _disk;
    private readonly string _path;
    private readonly string _listPath;
    private readonly IDiskFile _file;
    private readonly IDiskFile _list;
    private readonly BlockDigest _digest;
    private readonly long _start;
    private readonly byte[] _entry = new byte[BlockList.EntrySize];
    private readonly byte[] _value = new byte[sizeof(float)];
    private double _closedSquares;
    private double _blockSquares;
    private int _listed;
    private int _inValue;

    private VectorWriter(IDisk disk, string path, string listPath, long start, List<BlockEntry> blocks)
    {
        (_disk, _path, _listPath, _start) = (disk, path, listPath, start);
        _file = disk.OpenWrite(path);
        _list = disk.OpenWrite(listPath);
        _digest = new BlockDigest(blocks.Select(b => b.Check));
        _closedSquares = blocks.Sum(b => b.SumOfSquares);
        _listed = blocks.Count;
        _file.SetLength(start + Length);
        _list.SetLength((long)_listed * BlockList.EntrySize);
    }

    /// <summary>The bytes of the vector so far.</summary>
    public long Length => _digest.Length;

    /// <summary>The L2 norm of the values so far.</summary>
    public double Norm => Math.Sqrt(_closedSquares + _blockSquares);

    /// <summary>False once a value was NaN or infinite: a sum of squares keeps both.</summary>
    public bool AllFinite => double.IsFinite(_closedSquares + _blockSquares);

    /// <summary>Starts a new file whose vector begins after <paramref name="header"/>.</summary>
    public static VectorWriter Create(IDisk disk, string path, string listPath, ReadOnlySpan<byte> header)
    {
        disk.DeleteFile(path);
        disk.DeleteFile(listPath);
        var writer = new VectorWriter(disk, path, listPath, header.Length, []);
        writer._file.Write(header, 0);
        return writer;
    }

    /// <summary>
    /// Goes on with a file that an earlier writer left, after its last whole block that still matches its list: after a power cut the
    /// list may speak of bytes that never reached the disk.
    /// </summary>
    public static VectorWriter Resume(IDisk disk, string path, string listPath)
    {
        var good = new List<BlockEntry>();
        if (disk.FileExists(path) && disk.FileExists(listPath))
        {
            var buffer = GC.AllocateUninitializedArray<byte>(BlockDigest.BlockSize);
            using var file = disk.OpenRead(path);
            foreach (var block in BlockList.Read(disk, listPath))
            {
                if (file.Fill(buffer, (long)good.Count * BlockDigest.BlockSize, path) < buffer.Length
                    || System.IO.Hashing.XxHash3.HashToUInt64(buffer) != block.Check.XxHash3)
                {
                    break;
                }

                good.Add(block);
            }
        }

        return new VectorWriter(disk, path, listPath, 0, good);
    }

    /// <summary>Writes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = BlockDigest.BlockSize - (int)(Length % BlockDigest.BlockSize);
            var piece = bytes[..Math.Min(room, bytes.Length)];
            _file.Write(piece, _start + Length);
            AddSquares(piece);
            _digest.Append(piece);
            ListClosedBlocks();
            bytes = bytes[piece.Length..];
        }
    }

    /// <summary>Closes the vector: digest, and both files synced. The names are still the writer's own.</summary>
    public byte[] Finish()
    {
        var digest = _digest.Finish();
        ListClosedBlocks();
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

    private void ListClosedBlocks()
    {
        if (_digest.Blocks.Count == _listed)
        {
            return;
        }

        BlockList.Write(_entry, new BlockEntry(_digest.Blocks[_listed], _blockSquares));
        _list.Write(_entry, (long)_listed * BlockList.EntrySize);
        _listed++;
        _closedSquares += _blockSquares;
        _blockSquares = 0;
    }

    private void AddSquares(ReadOnlySpan<byte> bytes)
    {
        // Chunks may be cut anywhere, also within a value.
        while (_inValue > 0 && !bytes.IsEmpty)
        {
            bytes = Take(bytes);
        }

        var whole = MemoryMarshal.Cast<byte, float>(bytes);
        _blockSquares += SumOfSquares(whole);
        bytes = bytes[(whole.Length * sizeof(float))..];
        while (!bytes.IsEmpty)
        {
            bytes = Take(bytes);
        }
    }

    private ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes)
    {
        _value[_inValue++] = bytes[0];
        if (_inValue == sizeof(float))
        {
            _inValue = 0;
            _blockSquares += SumOfSquares(MemoryMarshal.Cast<byte, float>(_value));
        }

        return bytes[1..];
    }

    /// <summary>In float64 and by fixed pieces, so that large finite values do not overflow.</summary>
    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        Span<double> wide = stackalloc double[512];
        var sum = 0.0;
        while (!values.IsEmpty)
        {
            var take = Math.Min(wide.Length, values.Length);
            TensorPrimitives.ConvertTruncating(values[..take], wide);
            sum += TensorPrimitives.SumOfSquares<double>(wide[..take]);
            values = values[take..];
        }

        return sum;
    }
}
