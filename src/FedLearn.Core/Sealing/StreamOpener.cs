namespace FedLearn.Core.Sealing;

/// <summary>Opens the segments of one sealed stream in any order (see <see cref="StreamFormat"/>). Not thread-safe.</summary>
public sealed class StreamOpener : IDisposable
{
    private readonly StreamFormat _format;
    private readonly StreamExtent _extent;
    private readonly long _sealedLength;
    private readonly StreamKey _key;

    private StreamOpener(StreamFormat format, StreamExtent extent, long sealedLength, StreamKey key) =>
        (_format, _extent, _sealedLength, _key) = (format, extent, sealedLength, key);

    /// <summary>How many segments the stream has, at least 1.</summary>
    public long Segments => _extent.Segments;

    /// <summary>The plaintext in bytes.</summary>
    public long PlaintextLength => _extent.PlaintextLength;

    /// <summary>Reads a stream's header.</summary>
    /// <param name="format">The layout.</param>
    /// <param name="inputKey">The key it was sealed with.</param>
    /// <param name="associatedData">What it was bound to.</param>
    /// <param name="header">The first <see cref="StreamFormat.HeaderLength"/> bytes of the stream.</param>
    /// <param name="sealedLength">The length of the whole stream.</param>
    /// <returns>Null where no stream has this header or this length. A wrong key shows at the first segment only.</returns>
    /// <exception cref="ArgumentException">The key is too short.</exception>
    public static StreamOpener? TryCreate(
        StreamFormat format, ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> header, long sealedLength)
    {
        if (header.Length != format.HeaderLength || header[0] != format.HeaderLength || !format.TryMeasure(sealedLength, out var extent))
        {
            return null;
        }

        return new StreamOpener(format, extent, sealedLength, new StreamKey(format, inputKey, associatedData, header));
    }

    /// <summary>The plaintext of segment <paramref name="index"/> in bytes.</summary>
    public int PlaintextLengthOf(long index) => SealedLengthOf(index) - StreamFormat.TagLength;

    /// <summary>Segment <paramref name="index"/> with its tag, in bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such segment.</exception>
    public int SealedLengthOf(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Segments);
        return (int)(Math.Min(_sealedLength, _format.SealedOffset(index + 1)) - _format.SealedOffset(index));
    }

    /// <summary>Opens one segment.</summary>
    /// <param name="index">Its place, from 0.</param>
    /// <param name="segment">Its <see cref="SealedLengthOf"/> bytes.</param>
    /// <param name="plaintext">Takes <see cref="PlaintextLengthOf"/> bytes; must not overlap the segment.</param>
    /// <returns>False where key, associated data, place or bytes are not those that were sealed; the plaintext is then all zeros.</returns>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public bool TryOpen(long index, ReadOnlySpan<byte> segment, Span<byte> plaintext)
    {
        var expected = SealedLengthOf(index);
        if (segment.Length != expected)
        {
            throw new ArgumentException($"segment {index} has {expected} bytes, not {segment.Length}", nameof(segment));
        }

        return _key.TryOpen(index, last: index == Segments - 1, segment, plaintext[..(expected - StreamFormat.TagLength)]);
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => _key.Dispose();
}
