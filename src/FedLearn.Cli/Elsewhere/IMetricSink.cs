using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Elsewhere;

/// <summary>Where a run's metrics go beside this terminal.</summary>
internal interface IMetricSink : IAsyncDisposable
{
    /// <summary>The run, before its first round. Gives the last round that the sink has already, of an earlier time; 0 = none.</summary>
    Task<int> BeginAsync(Run run, CancellationToken cancellationToken);

    /// <summary>A round that is over, once and in order.</summary>
    Task TakeAsync(int round, IReadOnlyList<Metric> metrics, CancellationToken cancellationToken);

    /// <summary>The run that is over.</summary>
    Task EndAsync(Run run, CancellationToken cancellationToken);
}

/// <summary>A number of a round. Names have a slash, by which TensorBoard and MLflow group them.</summary>
internal readonly record struct Metric(string Name, double Value)
{
    /// <summary>What a round that is over has to say, finite numbers only.</summary>
    public static IReadOnlyList<Metric> Of(Round round)
    {
        var metrics = new List<Metric>
        {
            new("updates/accepted", round.Accepted), new("updates/cohort", round.Cohort), new("updates/late", round.Late), new("updates/refused", round.Refused),
            new("bytes/in", round.BytesIn), new("bytes/out", round.BytesOut),
            new("seconds/fit", round.FitSeconds), new("seconds/aggregate", round.AggregateSeconds), new("seconds/evaluate", round.EvaluateSeconds),
        };
        if (round.HasTrainLoss)
        {
            metrics.Add(new("train/loss", round.TrainLoss));
        }

        // The cells of confusion matrices are for tables, not for curves.
        metrics.AddRange(round.EvalMetrics.Where(m => !m.Key.StartsWith("confusion.", StringComparison.Ordinal)).Select(m => new Metric($"eval/{m.Key}", m.Value)));
        metrics.AddRange(round.Spread.SelectMany(s => new Metric[] { new($"worst_client/{s.Key}", s.Value.Worst), new($"best_client/{s.Key}", s.Value.Best) }));
        return [.. metrics.Where(m => double.IsFinite(m.Value)).OrderBy(m => m.Name, StringComparer.Ordinal)];
    }
}
