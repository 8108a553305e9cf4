using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FedLearn.Training.Models.Kernels;

/// <summary>The kernels at the widest registers of this machine; the JIT keeps one of the branches.</summary>
internal static unsafe class Matrix
{
    /// <inheritdoc cref="DenseKernel{TOps, TVector}"/>
    public static void Dense(
        float* input, int batch, int inputs, float* weight, float* bias, int outputs, float* target, bool relu, int first, int end)
    {
        if (Avx512F.IsSupported)
        {
            DenseKernel<Ops512, Vector512<float>>.Run(input, batch, inputs, weight, bias, outputs, target, relu, first, end);
        }
        else if (Fma.IsSupported)
        {
            DenseKernel<Ops256, Vector256<float>>.Run(input, batch, inputs, weight, bias, outputs, target, relu, first, end);
        }
        else
        {
            DenseKernel<PortableOps, Vector128<float>>.Run(input, batch, inputs, weight, bias, outputs, target, relu, first, end);
        }
    }

    /// <inheritdoc cref="ProductKernel{TOps, TVector}"/>
    public static void Product(
        float* target, int rows, int columns, float alpha, float beta, LeftFactor left, float* right, int depth, int first, int end)
    {
        if (Avx512F.IsSupported)
        {
            ProductKernel<Ops512, Vector512<float>>.Run(target, rows, columns, alpha, beta, left, right, depth, first, end);
        }
        else if (Fma.IsSupported)
        {
            ProductKernel<Ops256, Vector256<float>>.Run(target, rows, columns, alpha, beta, left, right, depth, first, end);
        }
        else
        {
            ProductKernel<PortableOps, Vector128<float>>.Run(target, rows, columns, alpha, beta, left, right, depth, first, end);
        }
    }

    /// <summary>The columns that <see cref="Gathered"/> takes at once: two registers.</summary>
    public static int PanelWidth { get; } = Avx512F.IsSupported ? 32 : Fma.IsSupported ? 16 : 8;

    /// <inheritdoc cref="GatheredKernel{TOps, TVector}"/>
    public static void Gathered(in GatheredProduct product, int first, int end)
    {
        if (Avx512F.IsSupported)
        {
            GatheredKernel<Ops512, Vector512<float>>.Run(product, first, end);
        }
        else if (Fma.IsSupported)
        {
            GatheredKernel<Ops256, Vector256<float>>.Run(product, first, end);
        }
        else
        {
            GatheredKernel<PortableOps, Vector128<float>>.Run(product, first, end);
        }
    }
}
