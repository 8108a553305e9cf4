using System.Collections.Immutable;
using FedLearn.Core.Aggregation.Robust;

namespace FedLearn.Core.Aggregation;

/// <summary>
/// How far the clients of a round pull apart: of each update its L2 norm and its cosine against the round's mean weighted by examples, whatever
/// the strategy does with them. Clients with like data point alike; the more their data differ and the longer they train alone, the
/// smaller the cosines (client drift: Karimireddy et al. 2020, section 3.1).
/// </summary>
/// <param name="MeanNorm">The L2 norm of the mean.</param>
/// <param name="Clients">The updates, in canonical order.</param>
public sealed record RoundDrift(double MeanNorm, ImmutableArray<ClientDrift> Clients)
{
    /// <summary>The mean of the cosines, each client alike.</summary>
    public double MeanCosine => Clients.Average(c => c.Cosine);

    /// <summary>The number of the update with the least cosine; of equal ones the first.</summary>
    public int Farthest => Enumerable.Range(0, Clients.Length).MinBy(k => Clients[k].Cosine);

    /// <summary>The least cosine.</summary>
    public double LeastCosine => Clients[Farthest].Cosine;

    /// <summary>The smallest norm.</summary>
    public double LeastNorm => Clients.Min(c => c.Norm);

    /// <summary>The largest norm.</summary>
    public double LargestNorm => Clients.Max(c => c.Norm);

    /// <summary>Drifts of the same numbers are equal.</summary>
    public bool Equals(RoundDrift? other) => other is not null && MeanNorm.Equals(other.MeanNorm) && Clients.SequenceEqual(other.Clients);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(MeanNorm, Clients.Length);

    /// <summary>Measures a round in one pass.</summary>
    /// <param name="updates">The round's updates, at most <see cref="UpdatePieces.MostPlaces"/>; their norms are known.</param>
    public static RoundDrift Of(IRoundUpdates updates)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(updates.Count, UpdatePieces.MostPlaces);
        var all = Enumerable.Range(0, updates.Count).ToArray();
        var total = all.Sum(k => updates[k].Weight);
        var shares = all.Select(k => updates[k].Weight / total).ToArray();
        var sums = updates.Sum(all.Length, all.Length, (block, part) => StripeComparison.Add(block, shares, Distance.Product, part));

        // The mean's own square is its product with what it is made of.
        var norm = Math.Sqrt(Math.Max(0, all.Sum(k => shares[k] * sums[k])));
        return new(norm, [.. all.Select(k => new ClientDrift(updates[k].Norm, Cosine(sums[k], updates[k].Norm * norm)))]);
    }

    /// <summary>A vector of length 0 points nowhere: its cosine is 0.</summary>
    private static double Cosine(double product, double norms) => norms == 0 ? 0 : Math.Clamp(product / norms, -1, 1);
}

/// <summary>One update of a round.</summary>
/// <param name="Norm">Its L2 norm.</param>
/// <param name="Cosine">The cosine of the angle between it and the mean, -1 to 1; 0 where one of them is zero.</param>
public readonly record struct ClientDrift(double Norm, double Cosine);
