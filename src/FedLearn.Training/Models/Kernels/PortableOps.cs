using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FedLearn.Training.Models.Kernels;

/// <summary>Four floats by .NET's portable vectors: NEON on Arm, SSE or plain code elsewhere.</summary>
internal readonly unsafe struct PortableOps : IVectorOps<Vector128<float>>
{
    public static int Width => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    public static Vector128<float> LoadMasked(float* source, Vector128<float> mask)
    {
        var result = Vector128<float>.Zero;
        for (var i = 0; i < Count(mask); i++)
        {
            result = result.WithElement(i, source[i]);
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector128<float> value) => value.Store(target);

    public static void StoreMasked(float* target, Vector128<float> mask, Vector128<float> value)
    {
        for (var i = 0; i < Count(mask); i++)
        {
            target[i] = value[i];
        }
    }

    public static Vector128<float> Mask(int count) =>
        Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> value) => Vector128.Sum(value);

    private static int Count(Vector128<float> mask) => (int)uint.PopCount(mask.ExtractMostSignificantBits());
}
