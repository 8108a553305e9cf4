using System.Security.Cryptography;
using FedLearn.Core.Sealing;
using Microsoft.Win32.SafeHandles;

namespace FedLearn.Client.Vault.Files;

/// <summary>
/// Writes one sealed file as a stream, with two segments of memory. The bytes that reach the disk are sealed, and stand under a
/// temporary name until <see cref="Commit"/>; without it, disposing leaves nothing behind.
/// </summary>
public sealed class SealedWriteStream : Stream
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly StreamSealer _sealer;
    private readonly SafeFileHandle _file;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SecretBuffer _plaintext = new(StreamFormat.Default.PlaintextCapacity(1));
    private readonly byte[] _sealed = GC.AllocateUninitializedArray<byte>(StreamFormat.Default.SegmentSize);
    private int _filled;
    private long _written;
    private bool _closed;

    internal SealedWriteStream(string path, string temporaryFolder, ReadOnlySpan<byte> key, ReadOnlySpan<byte> associatedData)
    {
        _path = path;
        _temporary = Path.Combine(temporaryFolder, $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}.tmp");
        _sealer = new StreamSealer(StreamFormat.Default, key, associatedData);
        _file = DurableFile.CreatePrivate(_temporary);
        WriteSealed(_sealer.Header);
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_closed;

    /// <summary>The plaintext written so far, in bytes.</summary>
    public override long Length => Position;

    /// <summary>The plaintext written so far, in bytes. Cannot be set.</summary>
    public override long Position
    {
        get => StreamFormat.Default.PlaintextOffset(Segments) + _filled;
        set => throw new NotSupportedException("a sealed file is written from its beginning to its end");
    }

    /// <summary>The segments sealed so far.</summary>
    internal long Segments { get; private set; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        while (!buffer.IsEmpty)
        {
            // A full segment waits for the next byte: only then is it known not to be the last.
            var capacity = StreamFormat.Default.PlaintextCapacity(Segments);
            if (_filled == capacity)
            {
                SealSegment(last: false);
                continue;
            }

            var taken = Math.Min(buffer.Length, capacity - _filled);
            buffer[..taken].CopyTo(_plaintext.Span[_filled..]);
            _filled += taken;
            buffer = buffer[taken..];
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
        // A segment is sealed when it is full or last; flushing half of one would take another format.
    }

    /// <summary>Ends the file, makes it durable and puts it in its place, over a file of the same name. The stream is closed then.</summary>
    /// <exception cref="IOException">The disk is full or fails; what was there before is untouched.</exception>
    public void Commit() => CommitSealed();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("the stream writes");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("the stream does not seek");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("the length is what is written");

    /// <summary>Commits and says what was written.</summary>
    internal SealedFileInfo CommitSealed()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        SealSegment(last: true);
        RandomAccess.FlushToDisk(_file);
        _file.Dispose();
        DurableFile.Publish(_temporary, _path);
        var info = new SealedFileInfo(_written, Convert.ToHexStringLower(_digest.GetHashAndReset()));
        Close();
        return info;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            _file.Dispose();
            _sealer.Dispose();
            _plaintext.Dispose();
            _digest.Dispose();
            File.Delete(_temporary);
        }

        base.Dispose(disposing);
    }

    private void SealSegment(bool last)
    {
        var length = _sealer.Seal(_plaintext.Span[.._filled], last, _sealed);
        WriteSealed(_sealed.AsSpan(0, length));
        Segments++;
        _filled = 0;
    }

    private void WriteSealed(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, _written);
        _digest.AppendData(bytes);
        _written += bytes.Length;
    }
}

/// <summary>What the sealed bytes of a file are.</summary>
/// <param name="Length">Their number.</param>
/// <param name="Digest">Their SHA-256, lower-case hex.</param>
internal readonly record struct SealedFileInfo(long Length, string Digest);
