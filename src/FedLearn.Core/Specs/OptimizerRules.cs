using FedLearn.Core.Optimizers;

namespace FedLearn.Core.Specs;

/// <summary>Which of the strategy's fields belong to its server optimizer.</summary>
internal static class OptimizerRules
{
    public static void Check(StrategySpec strategy, SpecReader reader)
    {
        foreach (var (field, given) in new[]
        {
            ("serverMomentum", strategy.ServerMomentum > 0),
            ("beta1", strategy.Beta1 is not null),
            ("beta2", strategy.Beta2 is not null),
            ("tau", strategy.Tau is not null),
        })
        {
            if (given && !ServerOptimizers.Has(strategy.Optimizer, field))
            {
                var owners = string.Join(", ", ServerOptimizers.Names.Where(name => ServerOptimizers.Has(name, field)));
                reader.Add($"strategy.{field}", $"does not belong to the optimizer {strategy.Optimizer}; leave it out, or set strategy.optimizer to one of: {owners}");
            }
        }
    }
}
