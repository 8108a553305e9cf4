using System.Collections.Immutable;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Optimizers;

/// <summary>The vectors that a run's server keeps from version to version.</summary>
public static class ServerState
{
    /// <summary>Those of the optimizer, then the control of a strategy that has one.</summary>
    public static ImmutableArray<StateVector> Of(StrategySpec strategy)
    {
        var optimizer = ServerOptimizers.Of(strategy).State;
        return StrategyKinds.ByName[strategy.Kind].HasControl ? optimizer.Add(ControlVariates.State) : optimizer;
    }
}
