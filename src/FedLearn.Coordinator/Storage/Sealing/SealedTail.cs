using System.Buffers;
using System.Security.Cryptography;
using FedLearn.Core.Sealing;

namespace FedLearn.Coordinator.Storage.Sealing;

/// <summary>The one frame of a file that is being filled: bytes come in pieces, and a frame is sealed whole. Not thread safe.</summary>
/// <param name="layout">The file's layout.</param>
/// <param name="read">Reads a frame's content from the file and returns its length; 0 where it is not there.</param>
/// <param name="write">Seals a frame into the file.</param>
internal sealed class SealedTail(UnitLayout layout, SealedTail.ReadFrame read, SealedTail.WriteFrame write) : IDisposable
{
    private const long None = -1;

    private byte[] _content = [];
    private long _frame = None;
    private int _length;
    private bool _isDirty;

    /// <summary>Reads a frame's content.</summary>
    public delegate int ReadFrame(long frame, Span<byte> content);

    /// <summary>Seals a frame.</summary>
    public delegate void WriteFrame(long frame, ReadOnlySpan<byte> content);

    /// <summary>The content's length as far as this frame tells it, in bytes.</summary>
    public long End => _frame == None ? 0 : layout.StartOf(_frame) + _length;

    /// <summary>What it holds of a frame; false where that is another one.</summary>
    public bool TryGet(long frame, out ReadOnlySpan<byte> content)
    {
        content = _content.AsSpan(0, _length);
        return frame == _frame;
    }

    /// <summary>Takes a piece of a frame, and seals the frame once it is full.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="inside">The piece's place in the frame.</param>
    /// <param name="piece">At most what is left of the frame.</param>
    public void Put(long frame, int inside, ReadOnlySpan<byte> piece)
    {
        Hold(frame);
        if (inside > _length)
        {
            _content.AsSpan(_length, inside - _length).Clear();
        }

        piece.CopyTo(_content.AsSpan(inside));
        (_length, _isDirty) = (Math.Max(_length, inside + piece.Length), true);
        if (_length == layout.CapacityOf(frame))
        {
            Flush();
            Forget();
        }
    }

    /// <summary>Keeps the first bytes of a frame alone.</summary>
    public void Cut(long frame, int length)
    {
        Hold(frame);
        (_length, _isDirty) = (length, true);
    }

    /// <summary>Seals what it holds, however much that is.</summary>
    public void Flush()
    {
        if (_isDirty)
        {
            write(_frame, _content.AsSpan(0, _length));
            _isDirty = false;
        }
    }

    /// <summary>Drops what it holds where that belongs to one of these frames, which were written whole or cut off.</summary>
    public void Forget(long first = 0, long end = long.MaxValue)
    {
        if (_frame >= first && _frame < end)
        {
            (_frame, _length, _isDirty) = (None, 0, false);
        }
    }

    /// <summary>Overwrites what it holds, and drops it.</summary>
    public void Dispose()
    {
        if (_content.Length > 0)
        {
            CryptographicOperations.ZeroMemory(_content);
            ArrayPool<byte>.Shared.Return(_content);
        }

        _content = [];
        Forget();
    }

    private void Hold(long frame)
    {
        if (_frame == frame)
        {
            return;
        }

        Flush();
        Forget();
        if (_content.Length == 0)
        {
            _content = ArrayPool<byte>.Shared.Rent(Math.Max(layout.Unit, layout.Head));
        }

        _length = read(frame, _content.AsSpan(0, layout.CapacityOf(frame)));
        _frame = frame;
    }
}
