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

        if (strategy.Kind == "normClipping" && !reader.Seen.Contains("strategy.clipNorm"))
        {
            reader.Add("strategy.clipNorm", $"is missing; expected {SpecFields.ByPath["strategy.clipNorm"].Expectation}");
        }
    }

    private static void CheckCohort(RunSpec spec, SpecReader reader)
    {
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
