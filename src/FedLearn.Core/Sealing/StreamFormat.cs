namespace FedLearn.Core.Sealing;

/// <summary>
/// The layout of a sealed stream: AES-GCM-HKDF streaming with SHA-256, as Tink defines it. A header (its own length in one byte, a
/// salt as long as the key, a 7-byte nonce prefix) and then segments of a fixed sealed size, each ending in its 16-byte tag; the
/// header counts towards the first segment, and only the last one may be shorter. An empty plaintext is one empty segment; otherwise
/// no segment is empty.
/// </summary>
public sealed class StreamFormat
{
    /// <summary>The tag at the end of each segment, in bytes.</summary>
    public const int TagLength = 16;

    /// <summary>The random part of the nonce that the header carries, in bytes.</summary>
    public const int NoncePrefixLength = 7;

    /// <summary>The most segments of a stream: the counter in the nonce has four bytes.</summary>
    public const long MaxSegments = 1L << 32;

    /// <summary>Creates a layout.</summary>
    /// <param name="keySize">The AES key in bytes: 16 or 32.</param>
    /// <param name="segmentSize">The sealed size of a segment in bytes: more than header and tag, at most 1 GiB.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside its bounds.</exception>
    public StreamFormat(int keySize, int segmentSize)
    {
        if (keySize is not (16 or 32))
        {
            throw new ArgumentOutOfRangeException(nameof(keySize), keySize, "an AES key of 16 or 32 bytes is expected");
        }

        KeySize = keySize;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(segmentSize, HeaderLength + TagLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(segmentSize, 1 << 30);
        SegmentSize = segmentSize;
    }

    /// <summary>AES-256 and segments of 1 MiB: what the vault writes.</summary>
    public static StreamFormat Default { get; } = new(keySize: 32, segmentSize: 1 << 20);

    /// <summary>The AES key and the salt, in bytes.</summary>
    public int KeySize { get; }

    /// <summary>The sealed size of a full segment, tag included, in bytes.</summary>
    public int SegmentSize { get; }

    /// <summary>The header in bytes.</summary>
    public int HeaderLength => 1 + KeySize + NoncePrefixLength;

    private int FullPlaintext => SegmentSize - TagLength;

    /// <summary>The most plaintext that segment <paramref name="index"/> holds, in bytes.</summary>
    public int PlaintextCapacity(long index) => index == 0 ? FullPlaintext - HeaderLength : FullPlaintext;

    /// <summary>The offset of segment <paramref name="index"/> in the sealed stream; the first one follows the header.</summary>
    public long SealedOffset(long index) => index == 0 ? HeaderLength : index * SegmentSize;

    /// <summary>The offset in the plaintext at which segment <paramref name="index"/> starts.</summary>
    public long PlaintextOffset(long index) => index == 0 ? 0 : (index * FullPlaintext) - HeaderLength;

    /// <summary>The segment that holds the plaintext byte at <paramref name="offset"/>.</summary>
    public long SegmentOf(long offset) => (offset + HeaderLength) / FullPlaintext;

    /// <summary>The length of a whole sealed stream.</summary>
    /// <param name="plaintextLength">The plaintext in bytes.</param>
    public long SealedLength(long plaintextLength)
    {
        var withHeader = plaintextLength + HeaderLength;
        var segments = (withHeader + FullPlaintext - 1) / FullPlaintext;
        return withHeader + (segments * TagLength);
    }

    /// <summary>The shape of a sealed stream of this length.</summary>
    /// <param name="sealedLength">Header, segments and tags, in bytes.</param>
    /// <param name="extent">How many segments it has, and how much plaintext.</param>
    /// <returns>False where no stream has this length, so that it was cut or added to.</returns>
    public bool TryMeasure(long sealedLength, out StreamExtent extent)
    {
        extent = default;
        if (sealedLength < HeaderLength + TagLength)
        {
            return false;
        }

        var segments = (sealedLength + SegmentSize - 1) / SegmentSize;
        var last = (int)(sealedLength - SealedOffset(segments - 1));
        if (segments > MaxSegments || last < TagLength || (last == TagLength && segments > 1))
        {
            return false;
        }

        extent = new StreamExtent(segments, sealedLength - HeaderLength - (segments * TagLength));
        return true;
    }
}

/// <summary>The shape of one sealed stream.</summary>
/// <param name="Segments">How many segments it has, at least 1.</param>
/// <param name="PlaintextLength">The plaintext in bytes.</param>
public readonly record struct StreamExtent(long Segments, long PlaintextLength);
