using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FedLearn.Core.Sealing;

/// <summary>
/// Seals and opens the frames of one file (see <see cref="UnitLayout"/>) with AES-256-GCM. Key and header check are HKDF-SHA256 of the data
/// key, salted by the header, with the file's identity and the header's fields for info; the frame's number is associated data. So a frame
/// that was moved, or comes from another file, fails its tag. Safe for several threads at once.
/// </summary>
/// <remarks>
/// The header: <c>FLSU</c>, format 1 (2 bytes), two zero bytes, unit and head (4 bytes each), a random salt (32), the check (16); numbers
/// are little-endian. The vault's streams (<see cref="StreamFormat"/>) fix each segment's nonce and mark the last one, so that their
/// segments are sealed once and in order; a file here is written by several threads and goes on after a crash, so each seal has a nonce of
/// its own: 8 bytes drawn for this object and 4 that count (NIST SP 800-38D, 8.2.2, needs at most 2^32 of them under a key).
/// </remarks>
public sealed class UnitSeal : IDisposable
{
    /// <summary>The data key in bytes.</summary>
    public const int KeyLength = 32;

    private const int SaltAt = 16;
    private const int SaltLength = 32;
    private const int CheckAt = SaltAt + SaltLength;
    private const int RandomLength = 8;

    private static readonly int s_spares = Math.Clamp(Environment.ProcessorCount, 1, 16);

    private readonly byte[] _key;
    private readonly AesGcm?[] _idle = new AesGcm?[s_spares];
    private readonly ulong _random;
    private long _seals;

    private UnitSeal(UnitLayout layout, byte[] key)
    {
        (Layout, _key) = (layout, key);
        Span<byte> random = stackalloc byte[RandomLength];
        RandomNumberGenerator.Fill(random);
        _random = BinaryPrimitives.ReadUInt64LittleEndian(random);
    }

    /// <summary>How the file is laid out.</summary>
    public UnitLayout Layout { get; }

    private static ReadOnlySpan<byte> Magic => "FLSU\x01\0\0\0"u8;

    /// <summary>Starts a file.</summary>
    /// <param name="dataKey">The data key, <see cref="KeyLength"/> bytes.</param>
    /// <param name="identity">What tells the file from every other one.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="header">Receives its first <see cref="UnitLayout.HeaderLength"/> bytes.</param>
    public static UnitSeal Create(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> identity, UnitLayout layout, Span<byte> header)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], layout.Unit);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], layout.Head);
        RandomNumberGenerator.Fill(header.Slice(SaltAt, SaltLength));
        var derived = Derive(dataKey, identity, header);
        derived.AsSpan(KeyLength).CopyTo(header[CheckAt..]);
        return new UnitSeal(layout, derived);
    }

    /// <summary>Reads a file's header. Null where it is none, or was changed, or is of another file or under another key.</summary>
    /// <param name="dataKey">The data key, <see cref="KeyLength"/> bytes.</param>
    /// <param name="identity">What tells the file from every other one.</param>
    /// <param name="header">Its first <see cref="UnitLayout.HeaderLength"/> bytes.</param>
    public static UnitSeal? TryOpen(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> identity, ReadOnlySpan<byte> header)
    {
        var layout = new UnitLayout(BinaryPrimitives.ReadInt32LittleEndian(header[8..]), BinaryPrimitives.ReadInt32LittleEndian(header[12..]));
        if (!header.StartsWith(Magic) || layout.Unit < 1 || layout.Head < 0)
        {
            return null;
        }

        var derived = Derive(dataKey, identity, header);
        return CryptographicOperations.FixedTimeEquals(derived.AsSpan(KeyLength), header[CheckAt..UnitLayout.HeaderLength]) ? new UnitSeal(layout, derived) : null;
    }

    /// <summary>Seals one frame.</summary>
    /// <param name="frame">Its number.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="destination">Receives the frame: the content's length and <see cref="UnitLayout.Overhead"/>; must not overlap the content.</param>
    public void Seal(long frame, ReadOnlySpan<byte> content, Span<byte> destination)
    {
        var count = Interlocked.Increment(ref _seals);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, uint.MaxValue);
        var nonce = destination[..UnitLayout.NonceLength];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, _random);
        BinaryPrimitives.WriteUInt32LittleEndian(nonce[RandomLength..], (uint)count);
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, frame);
        var aes = Take();
        aes.Encrypt(nonce, content, destination.Slice(nonce.Length, content.Length), destination.Slice(nonce.Length + content.Length, UnitLayout.TagLength), place);
        GiveBack(aes);
    }

    /// <summary>Opens one frame.</summary>
    /// <param name="frame">Its number.</param>
    /// <param name="bytes">The frame.</param>
    /// <param name="content">Receives what it holds, which is <see cref="UnitLayout.Overhead"/> shorter; must not overlap the frame.</param>
    /// <returns>False where it was changed, or belongs elsewhere; the content is then all zeros.</returns>
    public bool TryOpen(long frame, ReadOnlySpan<byte> bytes, Span<byte> content)
    {
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, frame);
        var aes = Take();
        try
        {
            aes.Decrypt(bytes[..UnitLayout.NonceLength], bytes[UnitLayout.NonceLength..^UnitLayout.TagLength], bytes[^UnitLayout.TagLength..], content, place);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(content);
            return false;
        }
        finally
        {
            GiveBack(aes);
        }
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        for (var i = 0; i < _idle.Length; i++)
        {
            Interlocked.Exchange(ref _idle[i], null)?.Dispose();
        }
    }

    private static byte[] Derive(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> identity, ReadOnlySpan<byte> header)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dataKey.Length, KeyLength);
        var derived = new byte[KeyLength + UnitLayout.HeaderLength - CheckAt];
        byte[] info = [.. "fedlearn-units/1\0"u8, .. header[..SaltAt], .. identity];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, derived, header.Slice(SaltAt, SaltLength), info);
        return derived;
    }

    /// <summary>One of .NET's is for one thread at a time.</summary>
    private AesGcm Take()
    {
        foreach (ref var idle in _idle.AsSpan())
        {
            if (Interlocked.Exchange(ref idle, null) is { } aes)
            {
                return aes;
            }
        }

        return new AesGcm(_key.AsSpan(0, KeyLength), UnitLayout.TagLength);
    }

    private void GiveBack(AesGcm aes)
    {
        foreach (ref var idle in _idle.AsSpan())
        {
            if (Interlocked.CompareExchange(ref idle, aes, null) is null)
            {
                return;
            }
        }

        aes.Dispose();
    }
}
