using System.Security.Cryptography;
using FedLearn.Core.Sealing;

namespace FedLearn.Core.Tests.Sealing;

/// <summary>
/// The streaming AEAD a second time, written from its definition with HMAC and whole arrays: HKDF is spelt out, and segments are cut
/// from the header-prefixed plaintext.
/// </summary>
internal static class StreamReference
{
    public static byte[] Open(byte[] inputKey, byte[] associatedData, byte[] stream, int keySize, int segmentSize)
    {
        var headerLength = stream[0];
        Assert.Equal(1 + keySize + 7, headerLength);
        using var aes = new AesGcm(Hkdf(inputKey, stream[1..(1 + keySize)], associatedData)[..keySize], 16);
        var plaintext = new List<byte>();
        var segments = stream.Chunk(segmentSize).ToArray();
        for (var i = 0; i < segments.Length; i++)
        {
            var segment = i == 0 ? segments[0][headerLength..] : segments[i];
            byte[] nonce =
            [
                .. stream[(1 + keySize)..headerLength], (byte)(i >> 24), (byte)(i >> 16), (byte)(i >> 8), (byte)i, i == segments.Length - 1 ? (byte)1 : (byte)0,
            ];
            var opened = new byte[segment.Length - 16];
            aes.Decrypt(nonce, segment[..^16], segment[^16..], opened);
            plaintext.AddRange(opened);
        }

        return [.. plaintext];
    }

    /// <summary>Seals with the library, as a whole.</summary>
    public static byte[] Seal(StreamFormat format, byte[] inputKey, byte[] associatedData, byte[] plaintext)
    {
        using var sealer = new StreamSealer(format, inputKey, associatedData);
        var stream = new List<byte>(sealer.Header.ToArray());
        var buffer = new byte[format.SegmentSize];
        var at = 0;
        for (var i = 0; ; i++)
        {
            var taken = Math.Min(format.PlaintextCapacity(i), plaintext.Length - at);
            var last = at + taken == plaintext.Length;
            stream.AddRange(buffer[..sealer.Seal(plaintext.AsSpan(at, taken), last, buffer)]);
            at += taken;
            if (last)
            {
                return [.. stream];
            }
        }
    }

    /// <summary>Each segment with the library: its plaintext, or null where it is refused; null as a whole where the stream's shape is.</summary>
    public static byte[]?[]? TryOpenEach(StreamFormat format, byte[] inputKey, byte[] associatedData, byte[] stream)
    {
        var header = stream.AsSpan(0, Math.Min(format.HeaderLength, stream.Length));
        using var opener = StreamOpener.TryCreate(format, inputKey, associatedData, header, stream.Length);
        if (opener is null)
        {
            return null;
        }

        var result = new byte[]?[opener.Segments];
        for (var i = 0; i < opener.Segments; i++)
        {
            var plaintext = new byte[opener.PlaintextLengthOf(i)];
            Array.Fill(plaintext, (byte)0xEE);
            var segment = stream.AsSpan((int)format.SealedOffset(i), opener.SealedLengthOf(i));
            if (opener.TryOpen(i, segment, plaintext))
            {
                result[i] = plaintext;
            }
            else
            {
                Assert.All(plaintext, b => Assert.Equal(0, b));
            }
        }

        return result;
    }

    private static byte[] Hkdf(byte[] inputKey, byte[] salt, byte[] info)
    {
        var extracted = HMACSHA256.HashData(salt, inputKey);
        return HMACSHA256.HashData(extracted, (byte[])[.. info, 1]);
    }
}
