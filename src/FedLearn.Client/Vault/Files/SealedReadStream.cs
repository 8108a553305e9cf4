namespace FedLearn.Client.Vault.Files;

/// <summary>A sealed file as a stream that reads and seeks; a damaged segment throws <see cref="VaultException"/> and yields nothing.</summary>
internal sealed class SealedReadStream(SealedFile file) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var taken = (int)Math.Clamp(file.Length - _position, 0, buffer.Length);
        file.ReadAt(_position, buffer[..taken]);
        _position += taken;
        return taken;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => file.Length,
    };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException("the stream reads");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("the stream reads");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
