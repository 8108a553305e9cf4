using System.Security.Cryptography;
using CsCheck;
using FedLearn.Core.Sealing;

namespace FedLearn.Core.Tests.Sealing;

public sealed class StreamTests
{
    private static readonly Gen<StreamFormat> Formats = Gen.Select(Gen.OneOf(Gen.Const(16), Gen.Const(32)), Gen.Int[80, 200], (k, s) => new StreamFormat(k, s));
    private static readonly Gen<byte[]> Keys = Gen.Byte.Array[32];
    private static readonly Gen<byte[]> Texts = Gen.Byte.Array[0, 1000];

    [Fact]
    public void Opener_TinksPublishedStream_OpensToItsEmptyPlaintext()
    {
        // Tink's AES128-GCM-HKDF-SHA256 vector with segments of 64 bytes: empty plaintext, no associated data.
        var key = Convert.FromHexString("6eb56cdc726dfbe5d57f2fcdc6e9345b");
        var stream = Convert.FromHexString("18be78bce0cab6fd38a9041eea8ab0ffc4cf17e3c00b661d3927f5f79069f41a210fedc40b25648c");
        var format = new StreamFormat(16, 64);

        Assert.Equal(0x18, format.HeaderLength);
        Assert.Equal(stream.Length, format.SealedLength(0));
        Assert.Equal([[]], StreamReference.TryOpenEach(format, key, [], stream));
    }

    [Fact]
    public void Sealer_AnyStream_OpensWithTheSecondImplementation() =>
        Gen.Select(Formats, Keys, Texts, Gen.Byte.Array[0, 60]).Sample((format, key, text, data) =>
        {
            var stream = StreamReference.Seal(format, key, data, text);
            Assert.Equal(format.SealedLength(text.Length), stream.Length);
            Assert.Equal(text, StreamReference.Open(key, data, stream, format.KeySize, format.SegmentSize));
        });

    [Fact]
    public void Opener_AnyStream_GivesEachSegmentItsPartOfThePlaintext() =>
        Gen.Select(Formats, Keys, Texts).Sample((format, key, text) =>
        {
            var segments = StreamReference.TryOpenEach(format, key, [], StreamReference.Seal(format, key, [], text))!;
            Assert.Equal(text, segments.SelectMany(s => s!));
            for (var i = 0; i < segments.Length; i++)
            {
                var start = (int)format.PlaintextOffset(i);
                Assert.Equal(text[start..(start + segments[i]!.Length)], segments[i]);
                Assert.True(segments[i]!.Length == 0 || (format.SegmentOf(start) == i && format.SegmentOf(start + segments[i]!.Length - 1) == i));
            }
        });

    [Fact]
    public void Format_AnyPlaintextLength_IsMeasuredBack() =>
        Gen.Select(Formats, Gen.Long[0, 1L << 34]).Sample((format, length) =>
            format.SealedLength(length) / format.SegmentSize >= StreamFormat.MaxSegments
            || (format.TryMeasure(format.SealedLength(length), out var extent) && extent.PlaintextLength == length));

    [Fact]
    public void Opener_WrongKeyOrAssociatedData_RefusesEverySegment() =>
        Gen.Select(Formats, Keys, Texts).Sample((format, key, text) =>
        {
            var stream = StreamReference.Seal(format, key, [1, 2, 3], text);
            byte[] otherKey = [.. key[..^1], (byte)(key[^1] ^ 1)];
            Assert.All(StreamReference.TryOpenEach(format, otherKey, [1, 2, 3], stream)!, Assert.Null);
            Assert.All(StreamReference.TryOpenEach(format, key, [1, 2, 4], stream)!, Assert.Null);
        });

    [Fact]
    public void Sealer_SameInputTwice_GivesStreamsThatShareNothing()
    {
        var format = new StreamFormat(32, 128);
        var first = StreamReference.Seal(format, new byte[32], [], new byte[500]);
        var second = StreamReference.Seal(format, new byte[32], [], new byte[500]);
        Assert.Equal(first.Length, second.Length);
        Assert.False(first.AsSpan(1, 16).SequenceEqual(second.AsSpan(1, 16)));
        Assert.False(first.AsSpan(60, 16).SequenceEqual(second.AsSpan(60, 16)));
    }

    [Fact]
    public void Sealer_AfterTheLastSegment_RefusesMore()
    {
        using var sealer = new StreamSealer(new StreamFormat(16, 64), new byte[16], []);
        sealer.Seal([], last: true, new byte[64]);
        Assert.Throws<InvalidOperationException>(() => sealer.Seal([], last: true, new byte[64]));
    }

    [Fact]
    public void Sealer_ShortSegmentThatIsNotTheLast_IsRefused()
    {
        using var sealer = new StreamSealer(new StreamFormat(16, 64), new byte[16], []);
        Assert.Throws<ArgumentException>(() => sealer.Seal(new byte[5], last: false, new byte[64]));
    }

    [Fact]
    public void Opener_Segments_AllocatesNothing()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var format = StreamFormat.Default;
        var stream = StreamReference.Seal(format, key, [], new byte[3_000_000]);
        using var opener = StreamOpener.TryCreate(format, key, [], stream.AsSpan(0, format.HeaderLength), stream.Length)!;
        var plaintext = new byte[format.SegmentSize];
        Assert.True(opener.TryOpen(1, stream.AsSpan(format.SegmentSize, format.SegmentSize), plaintext));

        // What one call allocates would be in every batch; what the runtime does beside them once is not.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++)
            {
                opener.TryOpen(1, stream.AsSpan(format.SegmentSize, format.SegmentSize), plaintext);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
    }
}
