using CsCheck;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;

namespace FedLearn.Core.Tests.Encodings;

/// <summary>What holds for every encoding.</summary>
public class VectorEncodingTests
{
    private const int Long = UpdatePieces.Block + 3333;

    public static TheoryData<string> All => Codecs.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Decode_AnyPieces_GivesTheSameBits(string name)
    {
        var encoding = Codecs.Encodings[name];
        var bytes = encoding.Encode(Codecs.Gaussian(Long, 1));
        var whole = encoding.Decode(bytes, Long);
        foreach (var stripes in (int[])[1, 3, 32])
        {
            Assert.Equal(whole, encoding.Decode(bytes, Long, stripes * UpdatePieces.Stripe));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Decode_InTheMemoryOfItsBytes_GivesTheSameBits(string name)
    {
        var encoding = Codecs.Encodings[name];
        if (!encoding.IsDense)
        {
            return;
        }

        foreach (var length in (int[])[1, 7, 15, 16, 17, 1023, 1024, 1025, 2049, 5000, 32 * 1024])
        {
            var values = Codecs.Gaussian(length, length);
            var bytes = encoding.Encode(values);
            var memory = new float[(length + 2047) / 1024 * 1024];
            var tail = System.Runtime.InteropServices.MemoryMarshal.AsBytes(memory.AsSpan())[^bytes.Length..];
            bytes.CopyTo(tail);
            encoding.Decode(tail, 0, memory.AsSpan(0, length));
            Assert.Equal(encoding.Decode(bytes, length), memory[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Measure_AnyCuts_IsTheNormOfTheDecodedVector(string name)
    {
        var encoding = Codecs.Encodings[name];
        var bytes = encoding.Encode(Codecs.Gaussian(Long, 2));
        var decoded = encoding.Decode(bytes, Long);
        var expected = Math.Sqrt(SquareSum.Of(decoded.AsSpan(0, UpdatePieces.Block)) + SquareSum.Of(decoded.AsSpan(UpdatePieces.Block)));
        foreach (var step in (int[])[1, 3, 8, 1027, 1028, 65_536, 1 << 20, 1 << 22])
        {
            var norm = encoding.Measured(bytes, Long, step);
            Assert.Null(norm.Mistake);
            Assert.Equal(bytes.Length, norm.Length);
            Assert.Equal(expected, norm.Norm);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Measure_AByteMore_IsAMistake(string name)
    {
        var encoding = Codecs.Encodings[name];
        var bytes = encoding.Encode(Codecs.Gaussian(500, 2));
        Assert.Contains("expected no more", encoding.Measured([.. bytes, 0], 500, bytes.Length).Mistake);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void MeasureAndDecode_AnyBytes_NeverThrowAndWhatIsSoundIsFinite(string name)
    {
        var encoding = Codecs.Encodings[name];
        Gen.Select(Gen.Int[1, 3000], Gen.Int[0, 1 << 20], Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[0, 6], Gen.Int[1, 4000]).Sample(
            (length, seed, changes, step) =>
            {
                var bytes = encoding.Encode(Codecs.Gaussian(length, seed));
                foreach (var (at, value) in changes)
                {
                    bytes[at % bytes.Length] = value;
                }

                var norm = encoding.Measured(bytes, length, step);
                var decoded = encoding.Decode(bytes, length, UpdatePieces.Stripe);
                Assert.True(norm.Mistake is not null || decoded.All(float.IsFinite));
                Assert.Equal(norm.Mistake, norm.Mistake is null ? null : encoding.Measured(bytes, length, step).Mistake);
            },
            iter: 2000);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Encode_Zeros_DecodeToZeros(string name)
    {
        var encoding = Codecs.Encodings[name];
        var bytes = encoding.Encode(new float[3000]);
        Assert.Null(encoding.Measured(bytes, 3000, 4096).Mistake);
        Assert.All(encoding.Decode(bytes, 3000), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Measure_MillionsOfBytes_AllocatesNothing()
    {
        foreach (var encoding in Codecs.Encodings.Values)
        {
            var bytes = encoding.Encode(Codecs.Gaussian(20_000, 3));
            var norm = new EncodedNorm(encoding, 20_000L * 100);
            norm.Append(bytes.AsSpan(0, 1));
            var before = GC.GetAllocatedBytesForCurrentThread();
            norm.Append(bytes.AsSpan(1));
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    [Theory]
    [InlineData("f32", 300_000, 1_200_000)]
    [InlineData("bf16", 300_000, 600_000)]
    [InlineData("int8", 300_000, 300_000 + (4 * 293))]
    [InlineData("topk 1 %", 300_000, 8 * (2622 + 379))]
    public void ByteLengthOf_AVector_IsWhatThePageSays(string name, long elements, long bytes) =>
        Assert.Equal(bytes, Codecs.Encodings[name].ByteLengthOf(elements));
}
