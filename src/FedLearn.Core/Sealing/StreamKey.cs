using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FedLearn.Core.Sealing;

/// <summary>
/// The AES key and the nonces of one stream: key = HKDF-SHA256(input key, salt, associated data), nonce = prefix, big-endian segment
/// counter, and a byte that is 1 in the last segment only. A segment moved, repeated, left out, or cut off behind therefore fails its tag.
/// </summary>
internal sealed class StreamKey : IDisposable
{
    private const int NonceLength = 12;

    private readonly AesGcm _aes;
    private readonly byte[] _nonce = new byte[NonceLength];

    public StreamKey(StreamFormat format, ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> header)
    {
        if (inputKey.Length < format.KeySize)
        {
            throw new ArgumentException($"an input key of at least {format.KeySize} bytes is expected, not {inputKey.Length}", nameof(inputKey));
        }

        Span<byte> key = stackalloc byte[format.KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, inputKey, key, header.Slice(1, format.KeySize), associatedData);
        _aes = new AesGcm(key, StreamFormat.TagLength);
        CryptographicOperations.ZeroMemory(key);
        header[(1 + format.KeySize)..].CopyTo(_nonce);
    }

    public void Seal(long index, bool last, ReadOnlySpan<byte> plaintext, Span<byte> destination) =>
        _aes.Encrypt(Nonce(index, last), plaintext, destination[..plaintext.Length], destination[plaintext.Length..]);

    public bool TryOpen(long index, bool last, ReadOnlySpan<byte> segment, Span<byte> plaintext)
    {
        try
        {
            _aes.Decrypt(Nonce(index, last), segment[..plaintext.Length], segment[plaintext.Length..], plaintext);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
    }

    public void Dispose() => _aes.Dispose();

    private ReadOnlySpan<byte> Nonce(long index, bool last)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_nonce.AsSpan(StreamFormat.NoncePrefixLength), checked((uint)index));
        _nonce[^1] = last ? (byte)1 : (byte)0;
        return _nonce;
    }
}
