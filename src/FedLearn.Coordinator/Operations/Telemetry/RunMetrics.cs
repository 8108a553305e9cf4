using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Operations.Telemetry;

/// <summary>The instruments of one run. Thread safe; nothing is allocated where nobody listens.</summary>
/// <param name="all">The instruments.</param>
/// <param name="name">The run's name, their tag.</param>
internal sealed class RunMetrics(CoordinatorMetrics all, string name)
{
    private readonly KeyValuePair<string, object?> _run = new("run", name);

    public void UpdateAccepted() => all.Updates.Add(1, _run, Outcome("accepted"));

    public void UpdateLate() => all.Updates.Add(1, _run, Outcome("late"));

    public void UpdateRefused() => all.Updates.Add(1, _run, Outcome("refused"));

    public void UpdateInvalid() => all.Updates.Add(1, _run, Outcome("invalid"));

    public void BytesIn(long bytes) => all.Bytes.Add(bytes, _run, new("direction", "in"));

    public void BytesOut(long bytes) => all.Bytes.Add(bytes, _run, new("direction", "out"));

    public void RoundOpened(int cohort) => all.Cohort.Record(cohort, _run);

    public void RoundVoid() => all.Rounds.Add(1, _run, Outcome("void"));

    public void RoundDone(RunEffect.CloseRound closed, RoundFigures figures)
    {
        all.Rounds.Add(1, _run, Outcome("published"));
        Stage("fit", figures.FitSeconds);
        Stage("aggregate", figures.AggregateSeconds);
        if (closed.Round.Evaluators.Count > 0)
        {
            Stage("evaluate", figures.EvaluateSeconds);
        }

        if (RunStore.TrainLoss(closed.Round) is { } loss)
        {
            all.TrainLoss.Record(loss, _run);
        }

        foreach (var metric in s_evaluated)
        {
            if (closed.Metrics.TryGetValue(metric, out var value))
            {
                all.Evaluation.Record(value, _run, new("metric", metric));
            }
        }
    }

    public void Drift(RoundDrift drift)
    {
        all.DriftCosine.Record(drift.MeanCosine, _run, Of("mean"));
        all.DriftCosine.Record(drift.LeastCosine, _run, Of("least"));
        all.DriftNorm.Record(drift.LeastNorm, _run, Of("least"));
        all.DriftNorm.Record(drift.LargestNorm, _run, Of("largest"));
        all.DriftNorm.Record(drift.MeanNorm, _run, Of("mean"));
    }

    public void Skew(FederationSkew skew)
    {
        all.SkewSize.Record(skew.Gini, _run, Of("gini"));
        all.SkewSize.Record(skew.LargestOverMedian, _run, Of("largest_over_median"));
        if (skew.LabelDistance is { } distance)
        {
            all.SkewLabels.Record(distance, _run);
        }
    }

    // Names of metrics come from clients: any number of them must not become tags.
    private static readonly string[] s_evaluated = ["loss", "accuracy"];

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);

    private static KeyValuePair<string, object?> Of(string which) => new("of", which);

    private void Stage(string stage, double seconds) => all.StageSeconds.Record(seconds, _run, new KeyValuePair<string, object?>("stage", stage));
}
