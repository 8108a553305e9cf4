using FedLearn.Core.Specs;

namespace FedLearn.Core.Rounds;

/// <summary>How likely each client is to be drawn first, up to a common factor.</summary>
internal static class SelectionWeights
{
    /// <summary>The weights of the eligible clients: above 0 and finite.</summary>
    public static Func<string, double> Of(SelectionKind kind, IReadOnlyCollection<string> eligible, SelectionFacts facts) => kind switch
    {
        SelectionKind.DataSize => BySize(eligible, facts),
        SelectionKind.Availability => id => facts.Of(id).Score * facts.Of(id).Score,
        _ => _ => 1,
    };

    /// <summary>What clients announce, else their last update's examples; of whom neither is known, the mean of those known.</summary>
    private static Func<string, double> BySize(IReadOnlyCollection<string> eligible, SelectionFacts facts)
    {
        var known = eligible.Select(Examples).Where(e => e > 0).DefaultIfEmpty(1);
        var mean = known.Average(e => (double)e);
        return id => Examples(id) is > 0 and var examples ? examples : mean;

        long Examples(string id) => facts.Announced.TryGetValue(id, out var examples) ? examples : facts.Of(id).Examples;
    }
}
