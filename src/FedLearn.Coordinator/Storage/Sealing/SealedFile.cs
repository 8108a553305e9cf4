using System.Buffers;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Sealing;

namespace FedLearn.Coordinator.Storage.Sealing;

/// <summary>
/// A file whose content lies sealed. Frames that are written whole go to the file at once, on several threads; bytes of a frame that is not
/// full yet wait in memory until it is, or until <see cref="Sync"/>. A frame is never written again behind a sync, unless its bytes are.
/// </summary>
internal sealed class SealedFile : IDiskFile
{
    /// <summary>Frames that are read or written in one go: they lie in a processor's own cache together with their content.</summary>
    private const int Together = 4;

    private readonly IDiskFile _file;
    private readonly UnitSeal _seal;
    private readonly string _path;
    private readonly SealedTail? _tail;
    private readonly Lock _gate = new();

    public SealedFile(IDiskFile file, UnitSeal seal, string path, bool isWritten)
    {
        (_file, _seal, _path) = (file, seal, path);
        _tail = isWritten ? new SealedTail(seal.Layout, ReadFrame, WriteFrame) : null;
    }

    public long Length
    {
        get
        {
            var length = Layout.ContentOf(_file.Length);
            if (_tail is null)
            {
                return length;
            }

            lock (_gate)
            {
                return Math.Max(length, _tail.End);
            }
        }
    }

    public int Unit => Layout.Unit;

    private UnitLayout Layout => _seal.Layout;

    public int Read(Span<byte> buffer, long at)
    {
        var (frame, inside) = Layout.Find(at);
        if (_tail is not null)
        {
            lock (_gate)
            {
                if (_tail.TryGet(frame, out var held))
                {
                    return CopyPart(held, inside, buffer);
                }
            }
        }

        return inside == 0 && buffer.Length >= Layout.CapacityOf(frame) ? ReadFrames(frame, buffer) : ReadPart(frame, inside, buffer);
    }

    public void Write(ReadOnlySpan<byte> bytes, long at)
    {
        while (!bytes.IsEmpty)
        {
            var (frame, inside) = Layout.Find(at);
            var written = inside == 0 && bytes.Length >= Layout.CapacityOf(frame) ? WriteFrames(frame, bytes) : WritePart(frame, inside, bytes);
            bytes = bytes[written..];
            at += written;
        }
    }

    public void SetLength(long length)
    {
        lock (_gate)
        {
            var (frame, inside) = Layout.Find(length);
            if (length > Length)
            {
                throw new NotSupportedException($"{_path}: a sealed file is cut, not extended");
            }

            if (inside > 0)
            {
                _tail!.Cut(frame, inside);
            }

            _tail!.Forget(inside > 0 ? frame + 1 : frame);
            _file.SetLength(Layout.PlaceOf(frame));
        }
    }

    public void StartWriteback(long at, long length)
    {
        var first = Layout.PlaceOf(Layout.Find(at).Frame);
        _file.StartWriteback(first, Layout.PlaceOf(Layout.Find(at + length).Frame) - first);
    }

    public void Sync()
    {
        lock (_gate)
        {
            _tail!.Flush();
        }

        _file.Sync();
    }

    /// <summary>What was not synced of a frame that is not full is gone.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _tail?.Dispose();
        }

        _seal.Dispose();
        _file.Dispose();
    }

    private int WritePart(long frame, int inside, ReadOnlySpan<byte> bytes)
    {
        var piece = bytes[..Math.Min(Layout.CapacityOf(frame) - inside, bytes.Length)];
        lock (_gate)
        {
            _tail!.Put(frame, inside, piece);
        }

        return piece.Length;
    }

    private int WriteFrames(long frame, ReadOnlySpan<byte> bytes)
    {
        var capacity = Layout.CapacityOf(frame);
        var count = capacity == Layout.Unit && Layout.CapacityOf(frame + 1) == capacity ? Math.Min(Together, bytes.Length / capacity) : 1;
        var size = capacity + UnitLayout.Overhead;
        var frames = ArrayPool<byte>.Shared.Rent(count * size);
        try
        {
            for (var i = 0; i < count; i++)
            {
                _seal.Seal(frame + i, bytes.Slice(i * capacity, capacity), frames.AsSpan(i * size, size));
            }

            _file.Write(frames.AsSpan(0, count * size), Layout.PlaceOf(frame));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frames);
        }

        lock (_gate)
        {
            _tail!.Forget(frame, frame + count);
        }

        return count * capacity;
    }

    /// <summary>Reads whole frames, as many as fit into the buffer; the last one may be the file's short one.</summary>
    private int ReadFrames(long frame, Span<byte> buffer)
    {
        var capacity = Layout.CapacityOf(frame);
        var count = capacity == Layout.Unit ? Math.Min(Together, buffer.Length / capacity) : 1;
        var size = capacity + UnitLayout.Overhead;
        var rented = ArrayPool<byte>.Shared.Rent(count * size);
        try
        {
            var frames = rented.AsSpan(0, Fill(rented.AsSpan(0, count * size), Layout.PlaceOf(frame)));
            var read = 0;
            for (; frames.Length > UnitLayout.Overhead; frames = frames[Math.Min(size, frames.Length)..], frame++)
            {
                var sealedFrame = frames[..Math.Min(size, frames.Length)];
                read += Open(frame, sealedFrame, buffer.Slice(read, sealedFrame.Length - UnitLayout.Overhead));
            }

            return read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private int ReadPart(long frame, int inside, Span<byte> buffer)
    {
        var content = ArrayPool<byte>.Shared.Rent(Layout.CapacityOf(frame));
        try
        {
            return CopyPart(content.AsSpan(0, ReadFrame(frame, content)), inside, buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    private int ReadFrame(long frame, Span<byte> content) => ReadFrames(frame, content[..Layout.CapacityOf(frame)]);

    private void WriteFrame(long frame, ReadOnlySpan<byte> content)
    {
        var size = content.Length + UnitLayout.Overhead;
        var rented = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            _seal.Seal(frame, content, rented.AsSpan(0, size));
            _file.Write(rented.AsSpan(0, size), Layout.PlaceOf(frame));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private int Open(long frame, ReadOnlySpan<byte> bytes, Span<byte> content) => _seal.TryOpen(frame, bytes, content)
        ? content.Length
        : throw new BrokenSealException($"{_path} is damaged: what lies at bytes {Layout.PlaceOf(frame)} to {Layout.PlaceOf(frame) + bytes.Length} is not what was sealed there");

    private int Fill(Span<byte> buffer, long at)
    {
        var done = 0;
        while (done < buffer.Length && _file.Read(buffer[done..], at + done) is > 0 and var read)
        {
            done += read;
        }

        return done;
    }

    private static int CopyPart(ReadOnlySpan<byte> content, int inside, Span<byte> buffer)
    {
        if (content.Length <= inside)
        {
            return 0;
        }

        var part = content[inside..Math.Min(content.Length, inside + buffer.Length)];
        part.CopyTo(buffer);
        return part.Length;
    }
}
