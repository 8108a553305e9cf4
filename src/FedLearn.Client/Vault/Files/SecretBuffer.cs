using System.Collections.Concurrent;
using System.Security.Cryptography;
using FedLearn.Core.Sealing;

namespace FedLearn.Client.Vault.Files;

/// <summary>
/// A buffer for plaintext: pinned, so that the collector leaves no copy of it behind, and cleared when it is given back. Those that hold a
/// whole segment are used again, since every file that is opened wants one.
/// </summary>
internal sealed class SecretBuffer : IDisposable
{
    private const int MostKept = 8;

    private static readonly ConcurrentBag<byte[]> s_segments = [];

    private readonly byte[] _bytes;
    private readonly int _length;
    private int _disposed;

    /// <param name="length">The bytes wanted; nothing is said of their content.</param>
    public SecretBuffer(int length)
    {
        _length = length;
        _bytes = IsSegment(length) && s_segments.TryTake(out var kept)
            ? kept
            : GC.AllocateUninitializedArray<byte>(IsSegment(length) ? StreamFormat.Default.SegmentSize : length, pinned: true);
    }

    public Span<byte> Span => _bytes.AsSpan(0, _length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>A stream that fills the buffer from its beginning, and ends where it does.</summary>
    public Stream OpenWrite() => new MemoryStream(_bytes, 0, _length);

    /// <summary>Overwrites what it holds with zeros.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(Span);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Clear();
        if (_bytes.Length == StreamFormat.Default.SegmentSize && s_segments.Count < MostKept)
        {
            s_segments.Add(_bytes);
        }
    }

    private static bool IsSegment(int length) => length > StreamFormat.Default.SegmentSize / 2 && length <= StreamFormat.Default.SegmentSize;
}
