using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedLearn.Core.Optimizers;

/// <summary>
/// The server step of FedAvg: new = base + learningRate * meanDelta (Reddi et al. 2021, algorithm 1, with SGD as ServerOpt).
/// With a learning rate of 1 this is the weighted mean of the clients' parameters.
/// </summary>
public static class ServerSgd
{
    /// <summary>Steps one block of coordinates. All lengths must be equal.</summary>
    /// <param name="baseBlock">The base version's parameters.</param>
    /// <param name="meanDelta">The aggregated delta.</param>
    /// <param name="learningRate">The server's learning rate.</param>
    /// <param name="newBlock">Receives the new version's parameters; may be the base block itself.</param>
    public static void Step(ReadOnlySpan<float> baseBlock, ReadOnlySpan<double> meanDelta, double learningRate, Span<float> newBlock)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(meanDelta.Length, baseBlock.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(newBlock.Length, baseBlock.Length);
        ref var parameters = ref MemoryMarshal.GetReference(baseBlock);
        ref var delta = ref MemoryMarshal.GetReference(meanDelta);
        ref var result = ref MemoryMarshal.GetReference(newBlock);
        var rate = Vector256.Create(learningRate);
        nuint i = 0;
        for (; i + 8 <= (nuint)baseBlock.Length; i += 8)
        {
            // Multiplied and added apart, as below: the place of a value in its block must not change its bits.
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref parameters, i));
            low += rate * Vector256.LoadUnsafe(ref delta, i);
            high += rate * Vector256.LoadUnsafe(ref delta, i + 4);
            Vector256.Narrow(low, high).StoreUnsafe(ref result, i);
        }

        for (; i < (nuint)baseBlock.Length; i++)
        {
            newBlock[(int)i] = (float)(baseBlock[(int)i] + (learningRate * meanDelta[(int)i]));
        }
    }
}
