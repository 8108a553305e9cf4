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
        for (var i = 0; i < baseBlock.Length; i++)
        {
            newBlock[i] = (float)(baseBlock[i] + (learningRate * meanDelta[i]));
        }
    }
}
