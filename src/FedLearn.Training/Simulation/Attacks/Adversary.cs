using System.Collections.Immutable;
using System.Globalization;
using FedLearn.Core.Models;
using FedLearn.Training.Data;

namespace FedLearn.Training.Simulation.Attacks;

/// <summary>The hostile clients of a simulated federation: the same ones in all rounds, drawn from the seed.</summary>
/// <param name="Kind">none, or one of <see cref="Kinds"/>.</param>
/// <param name="Share">Their share of all clients, 0 to below 1; rounded to whole clients.</param>
/// <param name="Strength">What the attack makes of it; above 0.</param>
public sealed record Adversary(string Kind, double Share, double Strength)
{
    private const string LabelFlip = "labelFlip";

    /// <summary>Nobody is hostile.</summary>
    public static Adversary None { get; } = new("none", 0, 1);

    /// <summary>
    /// The attacks. <c>labelFlip</c> trains honestly on false labels, class c as classes - 1 - c; the others replace what is sent.
    /// </summary>
    public static ImmutableSortedDictionary<string, Func<double, IAttack?>> Kinds { get; } = new Dictionary<string, Func<double, IAttack?>>
    {
        [LabelFlip] = _ => null,
        ["signFlip"] = s => new SignFlip(s),
        ["gaussian"] = s => new GaussianNoise(s),
        ["littleIsEnough"] = s => new LittleIsEnough(s),
        ["innerProduct"] = s => new InnerProduct(s),
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Reads <c>KIND:SHARE</c> or <c>KIND:SHARE:STRENGTH</c>, and <c>none</c>. The strength's default is 1.</summary>
    /// <exception cref="InvalidDataException">It is none of them.</exception>
    public static Adversary Parse(string text)
    {
        var parts = text.Split(':');
        if (text == "none")
        {
            return None;
        }

        var strength = 1.0;
        return parts.Length is 2 or 3 && Kinds.ContainsKey(parts[0]) && Number(parts[1], out var share) && share is >= 0 and < 1
            && (parts.Length == 2 || (parts[0] != LabelFlip && Number(parts[2], out strength) && strength is > 0 and < 1e6))
            ? new(parts[0], share, strength)
            : throw new InvalidDataException(
                $"attack: expected none, KIND:SHARE or KIND:SHARE:STRENGTH with a kind of {string.Join(", ", Kinds.Keys)}, a share from 0 to below 1 and a strength above 0 (not of {LabelFlip}), got '{text}'");
    }

    /// <summary>The hostile ones among a federation's clients: a function of (seed, client ids).</summary>
    public ImmutableHashSet<string> Among(IEnumerable<string> clientIds, long seed)
    {
        var order = clientIds.Order(StringComparer.Ordinal).ToArray();
        SeededRandom.For("simulation/hostile", seed).Shuffle<string>(order);
        return [.. order.Take((int)Math.Round(Share * order.Length, MidpointRounding.AwayFromZero))];
    }

    /// <summary>The data as the clients train on it: the hostile ones on false labels where the attack is that.</summary>
    /// <exception cref="InvalidDataException">The labels are no classes.</exception>
    public SimulationData Poison(SimulationData data, long seed)
    {
        if (Kind != LabelFlip)
        {
            return data;
        }

        var hostile = Among(data.Clients.Select(c => c.Id), seed);
        return data with { Clients = [.. data.Clients.Select(c => hostile.Contains(c.Id) ? c with { Train = Flip(c.Train) } : c)] };
    }

    /// <summary>Replaces what the hostile clients of a round send. Where all or none are hostile nothing is replaced.</summary>
    /// <param name="deltas">The round's deltas, in canonical order.</param>
    /// <param name="isHostile">Whether a delta is a hostile client's.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="round">The round.</param>
    public void Forge(IReadOnlyList<float[]> deltas, IReadOnlyList<bool> isHostile, long seed, int round)
    {
        var hostile = deltas.Where((_, k) => isHostile[k]).ToList();
        var honest = deltas.Where((_, k) => !isHostile[k]).ToList();
        if (hostile.Count > 0 && honest.Count > 0)
        {
            Kinds.GetValueOrDefault(Kind)?.Invoke(Strength)?.Forge(hostile, honest, SeededRandom.For("simulation/attack", seed, round));
        }
    }

    private static DataSet Flip(DataSet data) => data.Classes > 1
        ? data.WithLabels([.. data.Labels.ToArray().Select(label => data.Classes - 1 - label)])
        : throw new InvalidDataException($"attack: {LabelFlip} needs data with classes");

    private static bool Number(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
