using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Encodings;

/// <summary>Bytes times their scale.</summary>
internal static class Int8Kernel
{
    private const int Lanes = 16;

    /// <summary>values = bytes * scale. The two may share memory where the bytes end no earlier than the values.</summary>
    public static void Scale(ReadOnlySpan<sbyte> bytes, float scale, Span<float> values)
    {
        ref var from = ref MemoryMarshal.GetReference(bytes);
        ref var to = ref MemoryMarshal.GetReference(values);
        var by = Vector128.Create(scale);
        nuint i = 0;
        for (; i + Lanes <= (nuint)bytes.Length; i += Lanes)
        {
            // All 16 are read before a value is written.
            var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref from, i));
            Store(low, by, ref to, i);
            Store(high, by, ref to, i + (Lanes / 2));
        }

        for (; i < (nuint)bytes.Length; i++)
        {
            Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i) * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<short> values, Vector128<float> scale, ref float to, nuint at)
    {
        var (low, high) = Vector128.Widen(values);
        (Vector128.ConvertToSingle(low) * scale).StoreUnsafe(ref to, at);
        (Vector128.ConvertToSingle(high) * scale).StoreUnsafe(ref to, at + 4);
    }
}
