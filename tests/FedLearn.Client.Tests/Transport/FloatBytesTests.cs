using CsCheck;
using FedLearn.Client.Transport;

namespace FedLearn.Client.Tests.Transport;

public sealed class FloatBytesTests
{
    [Fact]
    public void Slice_OfAnyRange_IsThatRangeOfTheVectorsBytes() =>
        Gen.Select(Gen.Float.Array[1, 40], Gen.Int[0, 159], Gen.Int[0, 160]).Sample((vector, offset, length) =>
        {
            var all = vector.SelectMany(BitConverter.GetBytes).ToArray();
            offset = Math.Min(offset, all.Length);
            length = Math.Min(length, all.Length - offset);

            return FloatBytes.Slice(vector, offset, length).SequenceEqual(all.AsSpan(offset, length));
        });

    [Fact]
    public void Slice_BeyondTwoGigabytes_FindsItsPlace()
    {
        // 2.2 GB, of which the operating system gives only the pages that are touched.
        var vector = GC.AllocateUninitializedArray<float>(550_000_000);
        vector[540_000_000] = 1.5f;

        Assert.Equal(1.5f, BitConverter.ToSingle(FloatBytes.Slice(vector, 540_000_000L * 4, 4)));
    }
}
