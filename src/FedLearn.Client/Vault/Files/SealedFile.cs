using System.Buffers;
using FedLearn.Client.Pending;
using FedLearn.Core.Sealing;
using Microsoft.Win32.SafeHandles;

namespace FedLearn.Client.Vault.Files;

/// <summary>One sealed file, opened for reading at any place with two segments of memory. Not thread-safe.</summary>
internal sealed class SealedFile : IPartBytes
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly StreamOpener _opener;
    private readonly byte[] _sealed;
    private readonly SecretBuffer _plaintext;
    private long _cached = -1;
    private int _disposed;

    private SealedFile(string path, SafeFileHandle file, StreamOpener opener)
    {
        (_path, _file, _opener) = (path, file, opener);
        var largest = (int)Math.Min(StreamFormat.Default.SegmentSize, RandomAccess.GetLength(file));
        _sealed = ArrayPool<byte>.Shared.Rent(largest);
        _plaintext = new SecretBuffer(largest);
    }

    public long Length => _opener.PlaintextLength;

    public long Segments => _opener.Segments;

    /// <exception cref="VaultException">The file is missing or was cut. A wrong key, or other damage, shows at the first read.</exception>
    public static SealedFile Open(string path, ReadOnlySpan<byte> key, ReadOnlySpan<byte> associatedData)
    {
        var file = OpenHandle(path);
        try
        {
            var length = RandomAccess.GetLength(file);
            Span<byte> header = stackalloc byte[StreamFormat.Default.HeaderLength];
            header = header[..ReadFully(file, header, 0)];
            var opener = StreamOpener.TryCreate(StreamFormat.Default, key, associatedData, header, length)
                ?? throw new VaultException($"{path} is no sealed file, or was cut: {length} bytes. Restore it from a backup.");
            var opened = new SealedFile(path, file, opener);
            opened.CheckEmpty();
            return opened;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public int LengthOf(long segment) => _opener.PlaintextLengthOf(segment);

    /// <summary>Opens segment <paramref name="index"/> straight into <paramref name="destination"/>.</summary>
    public void ReadSegment(long index, Span<byte> destination)
    {
        var segment = _sealed.AsSpan(0, _opener.SealedLengthOf(index));
        var read = ReadFully(_file, segment, StreamFormat.Default.SealedOffset(index));
        if (read != segment.Length)
        {
            throw new VaultException($"{_path} was cut while it was read: segment {index} has {read} of {segment.Length} bytes. Restore it from a backup.");
        }

        if (!_opener.TryOpen(index, segment, destination))
        {
            throw Refused(index);
        }
    }

    /// <summary>Fills <paramref name="destination"/> from plaintext offset <paramref name="offset"/>; the range must lie within the file.</summary>
    public void ReadAt(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var index = StreamFormat.Default.SegmentOf(offset);
            var within = (int)(offset - StreamFormat.Default.PlaintextOffset(index));
            var available = Cached(index)[within..];
            var taken = Math.Min(available.Length, destination.Length);
            available[..taken].CopyTo(destination);
            destination = destination[taken..];
            offset += taken;
        }
    }

    /// <summary>
    /// The plaintext from <paramref name="offset"/> to <paramref name="end"/>, or to the end of its segment where that comes first, in the
    /// place where it was opened: valid until the next read.
    /// </summary>
    public ReadOnlyMemory<byte> View(long offset, long end)
    {
        var index = StreamFormat.Default.SegmentOf(offset);
        var within = (int)(offset - StreamFormat.Default.PlaintextOffset(index));
        var length = Cached(index).Length - within;
        return _plaintext.Memory.Slice(within, (int)Math.Min(length, end - offset));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Only sealed bytes go to the pool.
        ArrayPool<byte>.Shared.Return(_sealed);
        _file.Dispose();
        _opener.Dispose();
        _plaintext.Dispose();
    }

    /// <summary>Nobody reads from an empty file, so that nothing would show that it was not sealed empty.</summary>
    private void CheckEmpty()
    {
        if (Length == 0)
        {
            ReadSegment(0, []);
        }
    }

    private static SafeFileHandle OpenHandle(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.None);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VaultException($"{path} is missing. Restore it from a backup.", e);
        }
    }

    private static int ReadFully(SafeFileHandle file, Span<byte> destination, long offset)
    {
        var total = 0;
        while (total < destination.Length)
        {
            var read = RandomAccess.Read(file, destination[total..], offset + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    private ReadOnlySpan<byte> Cached(long index)
    {
        var plaintext = _plaintext.Span[..LengthOf(index)];
        if (_cached != index)
        {
            _cached = -1;
            ReadSegment(index, plaintext);
            _cached = index;
        }

        return plaintext;
    }

    private VaultException Refused(long index) => new(
        $"{_path}: segment {index} of {Segments} does not open. Its bytes were changed, moved or cut, or the file belongs to another key, " +
        "version or schema. Nothing of it was read; restore the file from a backup.");
}
