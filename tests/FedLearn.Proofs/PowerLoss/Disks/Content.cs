namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>A file's bytes in memory.</summary>
internal sealed class Content
{
    private byte[] _bytes = [];

    public Content()
    {
    }

    private Content(Content other) => (_bytes, Length) = (other._bytes.AsSpan(0, (int)other.Length).ToArray(), other.Length);

    public long Length { get; private set; }

    public Content Clone() => new(this);

    public int Read(Span<byte> buffer, long at)
    {
        var take = (int)Math.Clamp(Length - at, 0, buffer.Length);
        _bytes.AsSpan((int)Math.Min(at, Length), take).CopyTo(buffer);
        return take;
    }

    public void Write(ReadOnlySpan<byte> bytes, long at)
    {
        if (at + bytes.Length > Length)
        {
            SetLength(at + bytes.Length);
        }

        bytes.CopyTo(_bytes.AsSpan((int)at));
    }

    public void SetLength(long length)
    {
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Max(length, Math.Min(2L * _bytes.Length, Array.MaxLength)));
        }

        if (length < Length)
        {
            // What is cut off and extended again reads as zeros.
            _bytes.AsSpan((int)length, (int)(Length - length)).Clear();
        }

        Length = length;
    }

    public byte[] ToArray() => _bytes.AsSpan(0, (int)Length).ToArray();
}
