namespace FedLearn.Core.Specs;

/// <summary>What must hold between a spec's strategy and its other fields.</summary>
internal static class StrategyRules
{
    public static void Check(RunSpec spec, SpecReader reader)
    {
        CheckFields(spec.Strategy, reader);
        CheckCohort(spec, reader);
    }

    private static void CheckFields(StrategySpec strategy, SpecReader reader)
    {
        foreach (var path in StrategyKinds.OwnFields.Where(p => reader.Seen.Contains(p) && !StrategyKinds.Knows(strategy, p)).Order(StringComparer.Ordinal))
        {
            var kinds = StrategyKinds.All.Where(k => k.Fields.Contains(path)).Select(k => k.Name);
            reader.Add(path, $"means nothing to strategy.kind {strategy.Kind}; it belongs to {string.Join(", ", kinds)}");
        }

        foreach (var path in new[] { ("normClipping", "strategy.clipNorm"), ("scaffold", "strategy.clients") }.Where(n => n.Item1 == strategy.Kind).Select(n => n.Item2))
        {
            if (!reader.Seen.Contains(path))
            {
                reader.Add(path, $"is missing; expected {SpecFields.ByPath[path].Expectation}");
            }
        }
    }

    private static void CheckCohort(RunSpec spec, SpecReader reader)
    {
        if (spec.Closing.MinUpdates > spec.Strategy.Clients)
        {
            reader.Add("closing.minUpdates", $"expected at most strategy.clients ({spec.Strategy.Clients}), got {spec.Closing.MinUpdates}");
        }

        var bounds = StrategyKinds.RuleOf(spec.Strategy).Bounds;
        foreach (var (path, updates) in new[] { ("closing.minUpdates", spec.Closing.MinUpdates), ("cohort.count", spec.Cohort.Count) })
        {
            if ((path != "cohort.count" || updates > bounds.Most) && bounds.WhyNot(updates) is { } why)
            {
                reader.Add(path, $"strategy.kind {spec.Strategy.Kind} {why}");
            }
        }
    }
}
