using System.Collections.Immutable;
using FedLearn.Core.Aggregation;

namespace FedLearn.Core.Specs;

/// <summary>A value of <c>strategy.kind</c>.</summary>
/// <param name="Name">The value.</param>
/// <param name="Doc">What it does, in a few words.</param>
/// <param name="Fields">The paths of the strategy's fields that mean something to it but not to every kind.</param>
/// <param name="Rule">Makes its aggregation rule of a valid spec.</param>
public sealed record StrategyKind(string Name, string Doc, ImmutableArray<string> Fields, Func<StrategySpec, IAggregationRule> Rule);

/// <summary>The registry of strategies: what a spec may name, and the rule that it gets.</summary>
public static class StrategyKinds
{
    /// <summary>All kinds, in the order of the docs.</summary>
    public static ImmutableArray<StrategyKind> All { get; } =
    [
        new("fedavg", "the mean weighted by examples", [], _ => new FederatedAverage()),
    ];

    /// <summary>The kinds by name.</summary>
    public static ImmutableDictionary<string, StrategyKind> ByName { get; } = All.ToImmutableDictionary(k => k.Name);

    /// <summary>The paths of fields that not every kind knows.</summary>
    public static ImmutableHashSet<string> OwnFields { get; } = [.. All.SelectMany(k => k.Fields)];

    /// <summary>The aggregation rule of a valid spec.</summary>
    public static IAggregationRule RuleOf(StrategySpec strategy) => ByName[strategy.Kind].Rule(strategy);

    /// <summary>Whether a field of the spec means something to a strategy: all do that no kind has for its own.</summary>
    public static bool Knows(StrategySpec strategy, string path) => !OwnFields.Contains(path) || ByName[strategy.Kind].Fields.Contains(path);
}
