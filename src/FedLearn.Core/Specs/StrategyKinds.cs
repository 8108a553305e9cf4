using System.Collections.Immutable;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Aggregation.Robust;

namespace FedLearn.Core.Specs;

/// <summary>A value of <c>strategy.kind</c>.</summary>
/// <param name="Name">The value.</param>
/// <param name="Doc">What it does, in a few words.</param>
/// <param name="Fields">The paths of the strategy's fields that mean something to it but not to every kind.</param>
/// <param name="Rule">Makes its aggregation rule of a valid spec.</param>
public sealed record StrategyKind(string Name, string Doc, ImmutableArray<string> Fields, Func<StrategySpec, IAggregationRule> Rule)
{
    /// <summary>Whether an update must say how many steps were done.</summary>
    public bool NeedsSteps { get; init; }

    /// <summary>Whether an update must say its client's loss of the base version.</summary>
    public bool NeedsBaseLoss { get; init; }

    /// <summary>Makes the rule of the control deltas, where clients and server keep control variates; null where they do not.</summary>
    public Func<StrategySpec, IAggregationRule>? ControlRule { get; init; }

    /// <summary>Whether clients and server keep control variates.</summary>
    public bool HasControl => ControlRule is not null;

    /// <summary>The parts of an update, in order. The first one is the delta.</summary>
    public ImmutableArray<string> Parts => HasControl ? ["delta", ControlVariates.Part] : ["delta"];
}

/// <summary>The registry of strategies: what a spec may name, and the rule that it gets.</summary>
public static class StrategyKinds
{
    private const string Byzantine = "strategy.byzantine";

    /// <summary>All kinds, in the order of the docs.</summary>
    public static ImmutableArray<StrategyKind> All { get; } =
    [
        new("fedavg", "the mean weighted by examples", [], _ => new FederatedAverage()),
        new("fednova", "the mean weighted by examples of deltas over their local steps", [], _ => new NormalisedAverage()) { NeedsSteps = true },
        new("qfedavg", "a mean in which clients with a larger loss count more", ["strategy.q"], s => new FairAverage(s.Q)) { NeedsBaseLoss = true },
        new("scaffold", "the mean of deltas whose local steps are corrected by control variates, each client alike", ["strategy.clients", "bounds.maxControlNorm"],
            _ => new ClientMean(0)) { NeedsSteps = true, ControlRule = s => new ClientMean(s.Clients ?? 0) },
        new("median", "of each coordinate the median", [Byzantine], s => new CoordinateMedian(s.Byzantine)),
        new("trimmedMean", "of each coordinate the mean without the largest and smallest values", [Byzantine], s => new TrimmedMean(s.Byzantine)),
        new("krum", "the one update that is nearest to its neighbours", [Byzantine], s => new Krum(s.Byzantine)),
        new("multiKrum", "the mean of the updates that are nearest to their neighbours", [Byzantine, "strategy.keep"], s => new MultiKrum(s.Byzantine, s.Keep)),
        new("bulyan", "Krum's selection, of each coordinate the mean around the median", [Byzantine], s => new Bulyan(s.Byzantine)),
        new("geometricMedian", "the geometric median weighted by examples", [Byzantine, "strategy.iterations", "strategy.smoothing"],
            s => new GeometricMedian(s.Byzantine, s.Iterations, s.Smoothing)),
        new("normClipping", "the mean weighted by examples of deltas cut to a norm", ["strategy.clipNorm"], s => new NormClipping(s.ClipNorm ?? double.PositiveInfinity)),
    ];

    /// <summary>The kinds by name.</summary>
    public static ImmutableDictionary<string, StrategyKind> ByName { get; } = All.ToImmutableDictionary(k => k.Name);

    /// <summary>The paths of fields that not every kind knows.</summary>
    public static ImmutableHashSet<string> OwnFields { get; } = [.. All.SelectMany(k => k.Fields)];

    /// <summary>The aggregation rule of a valid spec.</summary>
    public static IAggregationRule RuleOf(StrategySpec strategy) => ByName[strategy.Kind].Rule(strategy);

    /// <summary>The names of the parts of an update, in the order of their bytes.</summary>
    public static ImmutableArray<string> PartsOf(StrategySpec strategy) => ByName[strategy.Kind].Parts;

    /// <summary>Whether a field of the spec means something to a strategy: all do that no kind has for its own.</summary>
    public static bool Knows(StrategySpec strategy, string path) => !OwnFields.Contains(path) || ByName[strategy.Kind].Fields.Contains(path);
}
