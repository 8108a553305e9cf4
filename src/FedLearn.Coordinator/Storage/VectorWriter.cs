using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;
using Microsoft.Win32.SafeHandles;

namespace FedLearn.Coordinator.Storage;

/// <summary>
/// Writes a vector and its block list in order, computing digest and norm on the way. Nothing has its final name before
/// <see cref="Seal"/>, and nothing is durable before it returns.
/// </summary>
internal sealed class VectorWriter : IDisposable
{
    private readonly string _path;
    private readonly string _listPath;
    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle _list;
    private readonly BlockDigest _digest;
    private readonly long _start;
    private readonly byte[] _entry = new byte[BlockList.EntrySize];
    private readonly byte[] _value = new byte[sizeof(float)];
    private double _closedSquares;
    private double _blockSquares;
    private int _listed;
    private int _inValue;

    private VectorWriter(string path, string listPath, long start, List<BlockEntry> blocks)
    {
        (_path, _listPath, _start) = (path, listPath, start);
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _list = File.OpenHandle(listPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _digest = new BlockDigest(blocks.Select(b => b.Check));
        _closedSquares = blocks.Sum(b => b.SumOfSquares);
        _listed = blocks.Count;
        RandomAccess.SetLength(_file, start + Length);
        RandomAccess.SetLength(_list, (long)_listed * BlockList.EntrySize);
    }

    /// <summary>The bytes of the vector so far.</summary>
    public long Length => _digest.Length;

    /// <summary>The L2 norm of the values so far.</summary>
    public double Norm => Math.Sqrt(_closedSquares + _blockSquares);

    /// <summary>False once a value was NaN or infinite: a sum of squares keeps both.</summary>
    public bool AllFinite => double.IsFinite(_closedSquares + _blockSquares);

    /// <summary>Starts a new file whose vector begins after <paramref name="header"/>.</summary>
    public static VectorWriter Create(string path, string listPath, ReadOnlySpan<byte> header)
    {
        File.Delete(path);
        File.Delete(listPath);
        var writer = new VectorWriter(path, listPath, header.Length, []);
        RandomAccess.Write(writer._file, header, 0);
        return writer;
    }

    /// <summary>
    /// Goes on with a file that an earlier writer left, after its last whole block that still matches its list: after a power cut the
    /// list may speak of bytes that never reached the disk.
    /// </summary>
    public static VectorWriter Resume(string path, string listPath)
    {
        var good = new List<BlockEntry>();
        if (File.Exists(path) && File.Exists(listPath))
        {
            var buffer = GC.AllocateUninitializedArray<byte>(BlockDigest.BlockSize);
            using var file = File.OpenRead(path);
            foreach (var block in BlockList.Read(listPath))
            {
                if (file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length
                    || System.IO.Hashing.XxHash3.HashToUInt64(buffer) != block.Check.XxHash3)
                {
                    break;
                }

                good.Add(block);
            }
        }

        return new VectorWriter(path, listPath, 0, good);
    }

    /// <summary>Writes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = BlockDigest.BlockSize - (int)(Length % BlockDigest.BlockSize);
            var piece = bytes[..Math.Min(room, bytes.Length)];
            RandomAccess.Write(_file, piece, _start + Length);
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
        Durable.Sync(_file);
        Durable.Sync(_list);
        return digest;
    }

    /// <summary>Gives the finished file its final name, durably.</summary>
    public void Seal(string finalPath)
    {
        Dispose();
        Durable.Rename(_path, finalPath);
    }

    /// <summary>Deletes both files.</summary>
    public void Discard()
    {
        Dispose();
        File.Delete(_path);
        File.Delete(_listPath);
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
        RandomAccess.Write(_list, _entry, (long)_listed * BlockList.EntrySize);
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
