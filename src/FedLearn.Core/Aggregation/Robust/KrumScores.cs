namespace FedLearn.Core.Aggregation.Robust;

/// <summary>
/// Krum's scores (Blanchard et al. 2017, section 4): of an update the sum of the squared distances to its m - f - 2 nearest ones among the
/// m that are still there, of one at least. Ties go to the first in canonical order.
/// </summary>
internal sealed class KrumScores
{
    private readonly PairwiseDistances _distances;
    private readonly int _hostile;
    private readonly int[] _updates;
    private readonly int[][] _byNearness;
    private readonly bool[] _taken;
    private int _left;

    public KrumScores(PairwiseDistances distances, int hostile)
    {
        (_distances, _hostile, _left) = (distances, hostile, distances.Count);
        _updates = [.. Enumerable.Range(0, distances.Count)];
        _byNearness = [.. _updates.Select(k => _updates.Where(other => other != k).OrderBy(other => distances[k, other]).ToArray())];
        _taken = new bool[distances.Count];
    }

    /// <summary>The updates that are still there, the lowest score first.</summary>
    public IEnumerable<int> Ranking()
    {
        var neighbours = Math.Max(1, _left - _hostile - 2);
        return _updates.Where(k => !_taken[k]).OrderBy(k => ScoreOf(k, neighbours));
    }

    /// <summary>Takes the update of the lowest score out.</summary>
    public int Take()
    {
        var best = Ranking().First();
        _taken[best] = true;
        _left--;
        return best;
    }

    private double ScoreOf(int update, int neighbours)
    {
        var score = 0.0;
        foreach (var other in _byNearness[update])
        {
            if (!_taken[other])
            {
                score += _distances[update, other];
                if (--neighbours == 0)
                {
                    break;
                }
            }
        }

        return score;
    }
}
