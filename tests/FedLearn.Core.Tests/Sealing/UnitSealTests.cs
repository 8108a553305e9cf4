using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using FedLearn.Core.Sealing;

namespace FedLearn.Core.Tests.Sealing;

public sealed class UnitSealTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void Layout_AnyContent_FindsEveryByteWhereThePlainCountSays() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 50], Gen.Int[0, 300]).Sample((unit, head, length) =>
        {
            var layout = new UnitLayout(unit, head);
            var (frame, inside, start) = (0L, 0, 0L);
            for (var at = 0L; at < length; at++, inside++)
            {
                if (inside == layout.CapacityOf(frame))
                {
                    (frame, inside, start) = (frame + 1, 0, at);
                }

                Assert.Equal((frame, inside), layout.Find(at));
                Assert.Equal(start, layout.StartOf(frame));
                Assert.Equal(64 + start + (28 * frame), layout.PlaceOf(frame));
            }

            Assert.Equal(length, layout.ContentOf(layout.FileLengthOf(length)));
        });

    [Fact]
    public void Frame_AnySingleByteOfFileOrHeaderChanged_IsRefused()
    {
        var (header, frames) = SealAll("runs/r/versions/000001.safetensors", new UnitLayout(16, 5), "five;sixteen bytes..and the rest"u8);
        for (var at = 0; at < header.Length; at++)
        {
            var changed = (byte[])header.Clone();
            changed[at] ^= 0x10;
            Assert.Null(UnitSeal.TryOpen(Key, "runs/r/versions/000001.safetensors"u8, changed));
        }

        using var seal = UnitSeal.TryOpen(Key, "runs/r/versions/000001.safetensors"u8, header)!;
        foreach (var (number, frame) in frames.Index())
        {
            var content = new byte[frame.Length - UnitLayout.Overhead];
            Assert.True(seal.TryOpen(number, frame, content));
            for (var at = 0; at < frame.Length; at++)
            {
                frame[at] ^= 1;
                Assert.False(seal.TryOpen(number, frame, content));
                Assert.All(content, b => Assert.Equal(0, b));
                frame[at] ^= 1;
            }

            Assert.False(seal.TryOpen(number, frame.AsSpan(0, frame.Length - 1), content.AsSpan(1)));
            Assert.False(seal.TryOpen(number + 1, frame, content));
        }
    }

    [Fact]
    public void Frame_OfAnotherFileOrKey_IsRefused()
    {
        var layout = new UnitLayout(16, 0);
        var (header, frames) = SealAll("a", layout, "some sixteen bytes and more"u8);
        var (other, _) = SealAll("a", layout, "some sixteen bytes and more"u8);

        Assert.Null(UnitSeal.TryOpen(Key, "b"u8, header));
        Assert.Null(UnitSeal.TryOpen(new byte[32], "a"u8, header));
        using var twin = UnitSeal.TryOpen(Key, "a"u8, other)!;
        Assert.False(twin.TryOpen(0, frames[0], new byte[16]));
    }

    [Fact]
    public void Frame_SealedAgain_HasAnotherNonceEachTime()
    {
        var header = new byte[UnitLayout.HeaderLength];
        using var first = UnitSeal.Create(Key, "a"u8, new UnitLayout(16, 0), header);
        using var second = UnitSeal.TryOpen(Key, "a"u8, header)!;
        var nonces = new HashSet<string>();
        var frame = new byte[16 + UnitLayout.Overhead];
        for (var i = 0; i < 1000; i++)
        {
            (i % 2 == 0 ? first : second).Seal(0, new byte[16], frame);
            Assert.True(nonces.Add(Convert.ToHexString(frame.AsSpan(0, 12))));
        }
    }

    /// <summary>The format as docs/storage.md has it, from .NET's primitives alone.</summary>
    [Fact]
    public void Frame_ReadAsTheDocumentSays_IsTheContent()
    {
        var (header, frames) = SealAll("runs/r/x", new UnitLayout(16, 4), "headand sixteen bytes"u8);

        Assert.Equal("FLSU\x01\0\0\0"u8, header.AsSpan(0, 8));
        Assert.Equal((16, 4), (BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8)), BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12))));
        byte[] info = [.. "fedlearn-units/1\0"u8, .. header[..16], .. "runs/r/x"u8];
        var derived = HKDF.DeriveKey(HashAlgorithmName.SHA256, Key, 48, header[16..48], info);
        Assert.Equal(derived[32..], header[48..]);
        using var aes = new AesGcm(derived.AsSpan(0, 32), 16);
        var text = frames.Index().Select(f =>
        {
            var content = new byte[f.Item.Length - 28];
            var number = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(number, f.Index);
            aes.Decrypt(f.Item.AsSpan(0, 12), f.Item.AsSpan(12, content.Length), f.Item.AsSpan(12 + content.Length), content, number);
            return Encoding.ASCII.GetString(content);
        });
        Assert.Equal(["head", "and sixteen byte", "s"], text);
    }

    private static (byte[] Header, byte[][] Frames) SealAll(string identity, UnitLayout layout, ReadOnlySpan<byte> content)
    {
        var header = new byte[UnitLayout.HeaderLength];
        using var seal = UnitSeal.Create(Key, Encoding.UTF8.GetBytes(identity), layout, header);
        var frames = new List<byte[]>();
        while (!content.IsEmpty)
        {
            var piece = content[..Math.Min(layout.CapacityOf(frames.Count), content.Length)];
            var frame = new byte[piece.Length + UnitLayout.Overhead];
            seal.Seal(frames.Count, piece, frame);
            frames.Add(frame);
            content = content[piece.Length..];
        }

        return (header, [.. frames]);
    }
}
