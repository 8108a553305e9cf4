using FedLearn.Training.Data;
using FedLearn.Training.Models;

namespace FedLearn.Training.Sgd;

/// <summary>What a model does on one data set in one place; of several models the mean over them, each counting once.</summary>
/// <param name="Examples">How many examples there are, for each model again.</param>
/// <param name="Loss">The mean loss.</param>
/// <param name="Accuracy">The share of right answers; null where the model does not classify.</param>
/// <param name="Confusion">Of each class [label, told] how many examples; null where the model does not classify.</param>
/// <param name="Area">The area under the ROC curve; null unless there are two classes, both with examples.</param>
public sealed record CentralResult(long Examples, double Loss, double? Accuracy, long[,]? Confusion, double? Area)
{
    /// <summary>The share of a class's examples that are told as it; null where it has none.</summary>
    public double? Recall(int label)
    {
        var of = Enumerable.Range(0, Confusion?.GetLength(0) ?? 0).Sum(told => Confusion![label, told]);
        return of == 0 ? null : (double)Confusion![label, label] / of;
    }

    /// <summary>Whether all numbers are the same, the confusion matrix's too.</summary>
    public bool Equals(CentralResult? other) =>
        other is not null
        && (Examples, Loss, Accuracy, Area) == (other.Examples, other.Loss, other.Accuracy, other.Area)
        && (Confusion?.Cast<long>() ?? []).SequenceEqual(other.Confusion?.Cast<long>() ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Examples, Loss, Accuracy, Area);

    /// <summary>What several models do on the same data set.</summary>
    internal static CentralResult MeanOf(IReadOnlyList<CentralResult> each)
    {
        var confusion = each[0].Confusion is { } first ? new long[first.GetLength(0), first.GetLength(1)] : null;
        foreach (var counts in each.Select(e => e.Confusion!).Where(_ => confusion is not null))
        {
            for (var cell = 0; cell < counts.Length; cell++)
            {
                confusion![cell / counts.GetLength(1), cell % counts.GetLength(1)] += counts[cell / counts.GetLength(1), cell % counts.GetLength(1)];
            }
        }

        return new(each.Sum(e => e.Examples), each.Average(e => e.Loss), each.Average(e => e.Accuracy), confusion, each.Average(e => e.Area));
    }
}

/// <summary>Evaluates parameters where the data is: what an operator with a test set of his own does. The coordinator never runs a model.</summary>
public static class CentralEvaluation
{
    /// <summary>Evaluates.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">At least one example.</param>
    /// <param name="parameters">In manifest order.</param>
    /// <param name="threads">How many threads may work on a convolutional network; changes no bit.</param>
    /// <param name="cancellationToken">Ends the evaluation between batches.</param>
    /// <exception cref="InvalidDataException">The data does not fit the model; the message says what was expected.</exception>
    public static CentralResult Run(ModelDefinition model, DataSet data, ReadOnlySpan<float> parameters, int threads, CancellationToken cancellationToken)
    {
        if (WhyNot(model, data, parameters.Length) is { } why)
        {
            throw new InvalidDataException(why);
        }

        var classes = model.Classifies ? new ClassMetrics(model) : null;
        var (loss, accuracy) = Evaluator.Run(model, data, parameters, threads, cancellationToken, classes);
        return new(data.Count, loss, classes is null ? null : accuracy, classes?.Counts(), classes?.Area());
    }

    private static string? WhyNot(ModelDefinition model, DataSet data, int parameters) =>
        data.Count == 0 ? "there are no examples to evaluate on"
        : parameters != model.Manifest.ElementCount ? $"expected {model.Manifest.ElementCount} parameters, got {parameters}"
        : data.FeatureCount != model.Inputs ? $"the model takes {model.Inputs} inputs, the examples have {data.FeatureCount} features"
        : data.Classes != model.Classes ? $"the model tells {model.Classes} classes, the data has {data.Classes} (0 = real targets)"
        : null;
}
