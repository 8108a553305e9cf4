using System.Buffers;
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
    private readonly SealedWriting _how;
    private readonly IncrementalHash? _digest;
    private SecretBuffer _plaintext;
    private byte[] _sealed;
    private int _filled;
    private long _written;
    private bool _closed;

    internal SealedWriteStream(
        string path, string temporaryFolder, ReadOnlySpan<byte> key, ReadOnlySpan<byte> associatedData, SealedWriting? how = null)
    {
        _path = path;
        _how = how ?? SealedWriting.Default;
        _digest = _how.IsDigested ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _plaintext = new SecretBuffer(_how.FirstBuffer);
        _sealed = ArrayPool<byte>.Shared.Rent(_how.FirstBuffer + StreamFormat.TagLength);
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

            MakeRoom(Math.Min(capacity, _filled + buffer.Length));
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

    /// <summary>
    /// Ends the file, makes it durable (where it was asked to be) and puts it in its place, over a file of the same name. The stream is
    /// closed then.
    /// </summary>
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
        if (_how.IsDurable)
        {
            RandomAccess.FlushToDisk(_file);
        }

        _file.Dispose();
        DurableFile.Publish(_temporary, _path, _how.IsDurable);
        var info = new SealedFileInfo(_written, _digest is null ? "" : Convert.ToHexStringLower(_digest.GetHashAndReset()));
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
            // Only sealed bytes go to the pool.
            ArrayPool<byte>.Shared.Return(_sealed);
            _digest?.Dispose();
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

    /// <summary>Buffers grow with what is written, so that a small file costs a small one.</summary>
    private void MakeRoom(int length)
    {
        if (length <= _plaintext.Span.Length)
        {
            return;
        }

        var larger = new SecretBuffer(Math.Min(Math.Max(length, 2 * _plaintext.Span.Length), StreamFormat.Default.PlaintextCapacity(1)));
        _plaintext.Span[.._filled].CopyTo(larger.Span);
        _plaintext.Dispose();
        _plaintext = larger;
        ArrayPool<byte>.Shared.Return(_sealed);
        _sealed = ArrayPool<byte>.Shared.Rent(larger.Span.Length + StreamFormat.TagLength);
    }

    private void WriteSealed(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, _written);
        _digest?.AppendData(bytes);
        _written += bytes.Length;
    }
}

/// <summary>How a sealed file is written.</summary>
/// <param name="IsDurable">Whether it must survive a power cut at its commit, and not the process alone.</param>
/// <param name="Expected">How many bytes are going to be written, roughly; 0 where it is not known.</param>
/// <param name="IsDigested">Whether the digest of the sealed bytes is wanted.</param>
internal sealed record SealedWriting(bool IsDurable, long Expected, bool IsDigested)
{
    private const int Least = 4096;

    public static SealedWriting Default { get; } = new(IsDurable: true, long.MaxValue, IsDigested: true);

    public int FirstBuffer => (int)Math.Clamp(Expected, Least, StreamFormat.Default.PlaintextCapacity(1));
}

/// <summary>What the sealed bytes of a file are.</summary>
/// <param name="Length">Their number.</param>
/// <param name="Digest">Their SHA-256, lower-case hex; empty where none was asked for.</param>
internal readonly record struct SealedFileInfo(long Length, string Digest);
