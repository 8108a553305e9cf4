namespace FedLearn.Core.Encodings;

/// <summary>Finds the k-th largest magnitude without sorting: a radix selection by 11, 10 and 10 bits, in three passes.</summary>
internal static class MagnitudeRank
{
    private const uint WithoutSign = 0x7FFF_FFFF;

    /// <summary>A value's magnitude as a number that orders alike: the bits of its absolute value.</summary>
    public static uint Of(float value) => BitConverter.SingleToUInt32Bits(value) & WithoutSign;

    /// <summary>The smallest magnitude among the <paramref name="count"/> largest ones, and how many of those are equal to it.</summary>
    /// <param name="values">The values.</param>
    /// <param name="count">1 to the number of values; 0 where there are none.</param>
    public static (uint Least, int OfLeast) Find(ReadOnlySpan<float> values, int count)
    {
        var (prefix, left) = (0u, count);
        foreach (var (shift, bits) in (ReadOnlySpan<(int, int)>)[(20, 11), (10, 10), (0, 10)])
        {
            (prefix, left) = Narrow(values, prefix, shift, bits, left);
        }

        return (prefix, left);
    }

    /// <summary>Among the magnitudes that begin like the prefix: the digit of the wanted one, and its rank among those that share it.</summary>
    private static (uint Prefix, int Rank) Narrow(ReadOnlySpan<float> values, uint prefix, int shift, int bits, int rank)
    {
        Span<int> counts = stackalloc int[1 << bits];
        counts.Clear();
        foreach (var value in values)
        {
            var magnitude = Of(value) >> shift;
            if (magnitude >> bits == prefix >> (shift + bits))
            {
                counts[(int)(magnitude & ((1u << bits) - 1))]++;
            }
        }

        var digit = counts.Length - 1;
        for (; digit > 0 && counts[digit] < rank; digit--)
        {
            rank -= counts[digit];
        }

        return (prefix | ((uint)digit << shift), rank);
    }
}
