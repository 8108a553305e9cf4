using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CsCheck;
using FedLearn.Core.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Tests.Models;

/// <summary>Every register width against plain loops in double, on shapes that do and do not fill registers and blocks.</summary>
public unsafe class KernelTests
{
    private const int Guard = 32;

    private static readonly Gen<(int M, int N, int K, int Seed)> s_shapes =
        Gen.Select(Gen.Int[1, 14], Gen.Int[1, 70], Gen.Int[1, 130], Gen.Int[0, 1000]);

    [Fact]
    public void DenseKernel_OfWidth512_EqualsLoops()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "no AVX-512");
        s_shapes.Sample(Dense<Ops512, Vector512<float>>, iter: 300);
    }

    [Fact]
    public void DenseKernel_OfWidth256_EqualsLoops()
    {
        Assert.SkipUnless(Fma.IsSupported, "no FMA");
        s_shapes.Sample(Dense<Ops256, Vector256<float>>, iter: 300);
    }

    [Fact]
    public void DenseKernel_Portable_EqualsLoops() => s_shapes.Sample(Dense<PortableOps, Vector128<float>>, iter: 300);

    [Fact]
    public void ProductKernel_OfWidth512_EqualsLoops()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "no AVX-512");
        s_shapes.Sample(Product<Ops512, Vector512<float>>, iter: 300);
    }

    [Fact]
    public void ProductKernel_OfWidth256_EqualsLoops()
    {
        Assert.SkipUnless(Fma.IsSupported, "no FMA");
        s_shapes.Sample(Product<Ops256, Vector256<float>>, iter: 300);
    }

    [Fact]
    public void ProductKernel_Portable_EqualsLoops() => s_shapes.Sample(Product<PortableOps, Vector128<float>>, iter: 300);

    [Fact]
    public void ProductKernel_OfLargeShapes_EqualsLoops() => Product<PortableOps, Vector128<float>>((9, 500, 300, 1));

    private static void Dense<TOps, TVector>((int M, int N, int K, int Seed) shape)
        where TOps : struct, IVectorOps<TVector>
        where TVector : struct
    {
        var (batch, outputs, inputs, seed) = shape;
        var relu = seed % 2 == 0;
        AlignedFloats x = Normal(batch * inputs, seed), w = Normal(outputs * inputs, seed + 1), bias = Normal(outputs, seed + 2);
        var target = Guarded(batch * outputs);
        DenseKernel<TOps, TVector>.Run(x.Pointer, batch, inputs, w.Pointer, bias.Pointer, outputs, target.Pointer, relu, 0, outputs);
        for (var b = 0; b < batch; b++)
        {
            for (var o = 0; o < outputs; o++)
            {
                double sum = bias.Span[o];
                for (var k = 0; k < inputs; k++)
                {
                    sum += (double)x.Span[(b * inputs) + k] * w.Span[(o * inputs) + k];
                }

                Assert.Equal(relu ? Math.Max(sum, 0) : sum, target.Span[(b * outputs) + o], 2e-4);
            }
        }

        AssertGuard(target, batch * outputs);
    }

    private static void Product<TOps, TVector>((int M, int N, int K, int Seed) shape)
        where TOps : struct, IVectorOps<TVector>
        where TVector : struct
    {
        var (rows, columns, depth, seed) = shape;
        var transposed = seed % 2 == 0;
        float alpha = seed % 3 == 0 ? 0 : 0.75f, beta = -0.5f;
        AlignedFloats left = Normal(rows * depth, seed), right = Normal(depth * columns, seed + 1), start = Normal(rows * columns, seed + 2);
        var target = Guarded(rows * columns);
        start.Span.CopyTo(target.Span);
        var (row, step) = transposed ? (1, rows) : (depth, 1);
        ProductKernel<TOps, TVector>.Run(target.Pointer, rows, columns, alpha, beta, new(left.Pointer, row, step), right.Pointer, depth, 0, columns);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var sum = 0.0;
                for (var r = 0; r < depth; r++)
                {
                    sum += (double)left.Span[(i * row) + (r * step)] * right.Span[(r * columns) + j];
                }

                Assert.Equal((alpha * start.Span[(i * columns) + j]) + (beta * sum), target.Span[(i * columns) + j], 2e-4);
            }
        }

        AssertGuard(target, rows * columns);
    }

    private static AlignedFloats Normal(int count, int seed)
    {
        var random = SeededRandom.For("test/kernel", seed);
        var floats = new AlignedFloats(count);
        foreach (ref var f in floats.Span)
        {
            f = (float)random.NextGaussian();
        }

        return floats;
    }

    private static AlignedFloats Guarded(int count)
    {
        var floats = new AlignedFloats(count + Guard);
        floats.Span[count..].Fill(42);
        return floats;
    }

    private static void AssertGuard(AlignedFloats floats, int count) =>
        Assert.True(floats.Span[count..].IndexOfAnyExcept(42f) < 0, "the kernel wrote past its target");
}
