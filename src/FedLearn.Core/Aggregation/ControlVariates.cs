using System.Numerics.Tensors;
using FedLearn.Core.Optimizers;

namespace FedLearn.Core.Aggregation;

/// <summary>
/// The control variates of SCAFFOLD (Karimireddy et al. 2020, algorithm 1, option II): c of the server, c_i of each client, each as long
/// as the model, all zero before the first round. A client's steps are y -= eta (g(y) - c_i + c): what its data pulls elsewhere than
/// everybody's is taken off, so that many local steps do not drift.
/// </summary>
public static class ControlVariates
{
    /// <summary>The part of an update that carries the control delta.</summary>
    public const string Part = "control";

    private static readonly ServerSgd s_add = new(learningRate: 1);

    /// <summary>The server's c, as a vector of a version's server state.</summary>
    public static StateVector State { get; } = new("c", 0);

    /// <summary>What each local step adds to its gradient: c - c_i.</summary>
    public static void Correct(ReadOnlySpan<float> server, ReadOnlySpan<float> own, Span<float> correction) =>
        TensorPrimitives.Subtract(server, own, correction);

    /// <summary>
    /// The control delta c_i+ - c_i = (x - y) / (K eta) - c (line 12, where c_i cancels), computed in float64 and rounded once. c_i+ is
    /// c_i plus this, in float32: what the server adds up is what the clients have.
    /// </summary>
    /// <param name="basis">x, the parameters that the round began with.</param>
    /// <param name="trained">y, the parameters after the local steps.</param>
    /// <param name="server">c of the version that the round began with.</param>
    /// <param name="steps">K, the steps done; at least 1.</param>
    /// <param name="learningRate">eta, above 0.</param>
    /// <param name="delta">Receives the control delta. All are of one length.</param>
    public static void Delta(ReadOnlySpan<float> basis, ReadOnlySpan<float> trained, ReadOnlySpan<float> server, long steps, double learningRate, Span<float> delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(learningRate);
        var way = steps * learningRate;
        for (var i = 0; i < delta.Length; i++)
        {
            delta[i] = (float)((((double)basis[i] - trained[i]) / way) - server[i]);
        }
    }

    /// <summary>The server's step: c += the aggregate of the control deltas (line 17).</summary>
    public static void Step(Span<float> server, ReadOnlySpan<double> aggregate) => s_add.Step(server, aggregate, [], server);
}
