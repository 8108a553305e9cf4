using FedLearn.Training.Models;

namespace FedLearn.Training.Sgd;

/// <summary>
/// What a classifier confuses: the recall of each class, the confusion matrix, and for two classes the area under the ROC curve. Few enough
/// numbers for a report: recalls up to <see cref="MaximumRecalls"/> classes, the matrix up to <see cref="MaximumMatrix"/>.
/// </summary>
/// <remarks>
/// A cell of the matrix is a share of all examples, so that its mean over the clients, weighted by their examples, is that of all examples
/// together, and so is every number that follows from the matrix. Recalls and areas are each client's own: their weighted mean is not that of
/// all examples together. A class without examples has no recall.
/// </remarks>
internal sealed class ClassMetrics(ModelDefinition model)
{
    /// <summary>The most classes whose recalls are told.</summary>
    public const int MaximumRecalls = 10;

    /// <summary>The most classes whose confusion matrix is told.</summary>
    public const int MaximumMatrix = 5;

    private readonly long[,] _counts = new long[model.Classes, model.Classes];
    private readonly List<(float Score, bool Positive)> _scores = [];

    /// <summary>Takes in a batch.</summary>
    /// <param name="outputs">The model's outputs [batch, outputs].</param>
    /// <param name="labels">The right classes.</param>
    public void Add(ReadOnlySpan<float> outputs, ReadOnlySpan<float> labels)
    {
        for (var b = 0; b < labels.Length; b++)
        {
            var row = outputs.Slice(b * model.Outputs, model.Outputs);
            var told = row.Length == 1 ? (row[0] > 0 ? 1 : 0) : Highest(row);
            _counts[(int)labels[b], told]++;
            if (model.Classes == 2)
            {
                _scores.Add((row.Length == 1 ? row[0] : row[1] - row[0], labels[b] > 0.5f));
            }
        }
    }

    /// <summary>Of each class [label, told] how many examples.</summary>
    public long[,] Counts() => (long[,])_counts.Clone();

    /// <inheritdoc cref="ResultsOf"/>
    public IEnumerable<(string Name, double Value)> Results() => ResultsOf(_counts, Area());

    /// <summary>The numbers by name: <c>recall.C</c>, <c>confusion.LABEL.TOLD</c>, <c>auc</c>.</summary>
    public static IEnumerable<(string Name, double Value)> ResultsOf(long[,] counts, double? area)
    {
        var classes = counts.GetLength(0);
        var total = (double)counts.Cast<long>().Sum();
        for (var label = 0; label < classes && classes <= MaximumRecalls; label++)
        {
            var ofLabel = Enumerable.Range(0, classes).Sum(told => counts[label, told]);
            if (ofLabel > 0)
            {
                yield return ($"recall.{label}", (double)counts[label, label] / ofLabel);
            }

            for (var told = 0; told < classes && classes <= MaximumMatrix; told++)
            {
                yield return ($"confusion.{label}.{told}", counts[label, told] / total);
            }
        }

        if (area is { } known)
        {
            yield return ("auc", known);
        }
    }

    /// <summary>
    /// The chance that a positive example scores higher than a negative one, equal scores counting half (Mann and Whitney); null where one kind is missing.
    /// </summary>
    public double? Area()
    {
        long positives = _scores.Count(s => s.Positive), negatives = _scores.Count - positives;
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        var (wins, below) = (0.0, 0L);
        foreach (var equal in _scores.GroupBy(s => s.Score).OrderBy(group => group.Key))
        {
            long up = equal.Count(s => s.Positive), down = equal.Count() - up;
            wins += up * (below + (down / 2.0));
            below += down;
        }

        return wins / ((double)positives * negatives);
    }

    private static int Highest(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var i = 1; i < row.Length; i++)
        {
            best = row[i] > row[best] ? i : best;
        }

        return best;
    }
}
