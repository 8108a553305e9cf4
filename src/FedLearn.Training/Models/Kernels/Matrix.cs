using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FedLearn.Training.Models.Kernels;

/// <summary>The kernels at the widest registers of this machine; the JIT keeps one of the branches.</summary>
internal static unsafe class Matrix
{
    /// <inheritdoc cref="DenseKernel{TOps, TVector}"/>
    public static void Dense(float* input, int batch, int inputs, float* weight, float* bias, int outputs, float* target, bool relu)
    {
        if (Avx512F.IsSupported)
        {
            DenseKernel<Ops512, Vector512<float>>.Run(input, batch, inputs, weight, bias, outputs, target, relu);
        }
        else if (Fma.IsSupported)
        {
            DenseKernel<Ops256, Vector256<float>>.Run(input, batch, inputs, weight, bias, outputs, target, relu);
        }
        else
        {
            DenseKernel<PortableOps, Vector128<float>>.Run(input, batch, inputs, weight, bias, outputs, target, relu);
        }
    }

    /// <inheritdoc cref="ProductKernel{TOps, TVector}"/>
    public static void Product(
        float* target, int rows, int columns, float alpha, float beta, LeftFactor left, float* right, int depth)
    {
        if (Avx512F.IsSupported)
        {
            ProductKernel<Ops512, Vector512<float>>.Run(target, rows, columns, alpha, beta, left, right, depth);
        }
        else if (Fma.IsSupported)
        {
            ProductKernel<Ops256, Vector256<float>>.Run(target, rows, columns, alpha, beta, left, right, depth);
        }
        else
        {
            ProductKernel<PortableOps, Vector128<float>>.Run(target, rows, columns, alpha, beta, left, right, depth);
        }
    }
}
