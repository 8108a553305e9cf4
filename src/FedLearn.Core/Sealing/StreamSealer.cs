using System.Security.Cryptography;

namespace FedLearn.Core.Sealing;

/// <summary>
/// Seals one stream, segment after segment (see <see cref="StreamFormat"/>). Write <see cref="Header"/> first and then each sealed
/// segment in turn. Not thread-safe.
/// </summary>
public sealed class StreamSealer : IDisposable
{
    private readonly StreamFormat _format;
    private readonly byte[] _header;
    private readonly StreamKey _key;
    private long _next;
    private bool _ended;

    /// <summary>Starts a stream with a salt and a nonce prefix of its own.</summary>
    /// <param name="format">The layout.</param>
    /// <param name="inputKey">The key: random bytes, at least <see cref="StreamFormat.KeySize"/>. May seal many streams.</param>
    /// <param name="associatedData">What the stream is bound to; opening it takes the same bytes.</param>
    /// <exception cref="ArgumentException">The key is too short.</exception>
    public StreamSealer(StreamFormat format, ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> associatedData)
    {
        _format = format;
        _header = new byte[format.HeaderLength];
        _header[0] = (byte)format.HeaderLength;
        RandomNumberGenerator.Fill(_header.AsSpan(1));
        _key = new StreamKey(format, inputKey, associatedData, _header);
    }

    /// <summary>The first bytes of the stream.</summary>
    public ReadOnlySpan<byte> Header => _header;

    /// <summary>Seals the next segment.</summary>
    /// <param name="plaintext">As much as <see cref="StreamFormat.PlaintextCapacity"/> says; the last segment may hold less.</param>
    /// <param name="last">Whether the stream ends here.</param>
    /// <param name="destination">At least the plaintext's length and <see cref="StreamFormat.TagLength"/>; must not overlap it.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="InvalidOperationException">The stream has ended, or has no counter left.</exception>
    public int Seal(ReadOnlySpan<byte> plaintext, bool last, Span<byte> destination)
    {
        if (_ended || _next >= StreamFormat.MaxSegments)
        {
            throw new InvalidOperationException("the stream has ended; start another one");
        }

        var capacity = _format.PlaintextCapacity(_next);
        if (plaintext.Length > capacity || (!last && plaintext.Length < capacity) || (_next > 0 && plaintext.IsEmpty))
        {
            throw new ArgumentException($"segment {_next} takes {capacity} bytes (the last one 1 to {capacity}), not {plaintext.Length}", nameof(plaintext));
        }

        var written = plaintext.Length + StreamFormat.TagLength;
        _key.Seal(_next, last, plaintext, destination[..written]);
        _next++;
        _ended = last;
        return written;
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => _key.Dispose();
}
