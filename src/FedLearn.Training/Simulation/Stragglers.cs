using System.Globalization;
using FedLearn.Core.Models;

namespace FedLearn.Training.Simulation;

/// <summary>
/// Systems heterogeneity as in Li et al. 2020 (MLSys), section 5.2: in each round a share of the cohort can afford only some epochs, a number
/// drawn uniformly from 1 to all of them. They send what they have, or they deliver nothing.
/// </summary>
/// <param name="Fraction">The share of the cohort, 0 to 1; rounded to whole clients.</param>
/// <param name="Drop">Whether they deliver nothing.</param>
public sealed record Stragglers(double Fraction, bool Drop)
{
    /// <summary>Everybody does all of its work.</summary>
    public static Stragglers None { get; } = new(0, Drop: false);

    /// <summary>Reads <c>0.9:drop</c> or <c>0.9:partial</c>, and <c>none</c>.</summary>
    /// <exception cref="InvalidDataException">It is none of them.</exception>
    public static Stragglers Parse(string text) => text.Split(':') switch
    {
        ["none"] => None,
        [var share, "drop" or "partial"] when double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) && fraction is >= 0 and <= 1 =>
            new(fraction, text.EndsWith("drop", StringComparison.Ordinal)),
        _ => throw new InvalidDataException($"stragglers: expected none, SHARE:drop or SHARE:partial with a share from 0 to 1, got '{text}'"),
    };

    /// <summary>
    /// The epochs of each client of a round's cohort: a function of (seed, round, cohort). Clients that deliver nothing are left out.
    /// </summary>
    public IEnumerable<(string ClientId, int Epochs)> Plan(long seed, int round, IReadOnlyCollection<string> cohort, int epochs)
    {
        var order = cohort.Order(StringComparer.Ordinal).ToArray();
        var random = SeededRandom.For("simulation/stragglers", seed, round);
        random.Shuffle<string>(order);
        var slow = (int)Math.Round(Fraction * order.Length, MidpointRounding.AwayFromZero);
        foreach (var (place, id) in order.Index())
        {
            var affords = place < slow ? 1 + random.NextInt(epochs) : epochs;
            if (place >= slow || !Drop)
            {
                yield return (id, affords);
            }
        }
    }
}
