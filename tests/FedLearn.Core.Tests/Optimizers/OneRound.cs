using FedLearn.Core.Optimizers;

namespace FedLearn.Core.Tests.Optimizers;

/// <summary>Steps of an optimizer on one block in memory.</summary>
internal static class OneRound
{
    /// <summary>The state before the first round.</summary>
    public static float[] Start(IServerOptimizer optimizer, int length) =>
        [.. optimizer.State.SelectMany(s => Enumerable.Repeat(s.Start, length))];

    /// <summary>One round, the first where no state is given.</summary>
    public static (float[] Next, float[] State) Of(IServerOptimizer optimizer, float[] parameters, double[] delta, float[]? state = null)
    {
        var next = new float[parameters.Length];
        var newState = state?.ToArray() ?? Start(optimizer, parameters.Length);
        optimizer.Step(parameters, delta, newState, next);
        return (next, newState);
    }
}
