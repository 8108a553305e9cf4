using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CsCheck;
using FedLearn.Core.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Tests.Models;

/// <summary>Every register width against plain loops in double, on random offsets.</summary>
public unsafe class GatheredKernelTests
{
    private static readonly Gen<(int Rows, int Panels, int Runs, int Length, int Seed)> s_shapes =
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 3], Gen.Int[1, 12], Gen.Int[1, 60], Gen.Int[0, 1000]);

    [Fact]
    public void GatheredKernel_OfWidth512_EqualsLoops()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "no AVX-512");
        s_shapes.Sample(Check<Ops512, Vector512<float>>, iter: 300);
    }

    [Fact]
    public void GatheredKernel_OfWidth256_EqualsLoops()
    {
        Assert.SkipUnless(Fma.IsSupported, "no FMA");
        s_shapes.Sample(Check<Ops256, Vector256<float>>, iter: 300);
    }

    [Fact]
    public void GatheredKernel_Portable_EqualsLoops() => s_shapes.Sample(Check<PortableOps, Vector128<float>>, iter: 300);

    private static void Check<TOps, TVector>((int Rows, int Panels, int Runs, int Length, int Seed) shape)
        where TOps : struct, IVectorOps<TVector>
        where TVector : struct
    {
        var (rows, panels, runs, length, seed) = shape;
        var random = SeededRandom.For("test/gathered", seed);
        int width = GatheredKernel<TOps, TVector>.PanelWidth, columns = panels * width, step = 1 + (seed % 3);
        AlignedFloats left = Normal(2000, random), right = Normal(panels * runs * length * width, random), start = Normal(columns, random);
        var target = new AlignedFloats((rows + 2) * columns);
        target.Span.Fill(42);
        var leftRows = Random(rows, 900, random);
        var leftRuns = Random(runs, 900, random);
        var rightRuns = new Offsets(Enumerable.Range(0, runs).Reverse().Select(run => (long)run * length * width));
        var targetRows = new Offsets(Enumerable.Range(0, rows).Select(row => (long)(rows - row) * columns));
        GatheredProduct product = new()
        {
            Left = left.Pointer,
            LeftRows = leftRows.Pointer,
            LeftRuns = leftRuns.Pointer,
            LeftStep = step,
            Right = right.Pointer,
            RightRuns = rightRuns.Pointer,
            RightStep = width,
            RightPanel = runs * length * width,
            Target = target.Pointer,
            TargetRows = targetRows.Pointer,
            Start = seed % 2 == 0 ? null : start.Pointer,
            Panels = panels,
            Runs = runs,
            RunLength = length,
        };

        // In two parts, as two threads would; the second first.
        GatheredKernel<TOps, TVector>.Run(product, rows / 3, rows);
        GatheredKernel<TOps, TVector>.Run(product, 0, rows / 3);

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var sum = seed % 2 == 0 ? 0.0 : start.Span[column];
                for (var k = 0; k < runs * length; k++)
                {
                    var (run, r) = (k / length, k % length);
                    sum += (double)left.Pointer[leftRows.Pointer[row] + leftRuns.Pointer[run] + (r * step)]
                        * right.Pointer[(column / width * product.RightPanel) + rightRuns.Pointer[run] + (r * width) + (column % width)];
                }

                Assert.Equal(sum, target.Pointer[targetRows.Pointer[row] + column], 1e-3);
            }
        }

        Assert.True(target.Span[..columns].IndexOfAnyExcept(42f) < 0 && target.Span[((rows + 1) * columns)..].IndexOfAnyExcept(42f) < 0, "wrote outside its rows");

        // The product holds addresses only, which the collector does not follow.
        GC.KeepAlive((left, right, start, target));
        GC.KeepAlive((leftRows, leftRuns, rightRuns, targetRows));
    }

    private static Offsets Random(int count, int below, SeededRandom random) => new(Enumerable.Range(0, count).Select(_ => (long)random.NextInt(below)));

    private static AlignedFloats Normal(int count, SeededRandom random)
    {
        var floats = new AlignedFloats(count);
        foreach (ref var f in floats.Span)
        {
            f = (float)random.NextGaussian();
        }

        return floats;
    }
}
