using System.Collections.Immutable;

namespace FedLearn.Core.Rounds;

// The evaluate stage, and the end of a published round.
internal sealed partial class RunStep
{
    private static readonly ImmutableSortedDictionary<string, double> NoMetrics =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    public void TakeReport(RunEvent.EvaluationReported e)
    {
        var expected = _state.Phase == RunPhase.Evaluating
            && Round.Number == e.Round
            && Round.Evaluators.Contains(e.ClientId)
            && !Round.Declined.Contains(e.ClientId);
        var repeated = expected && Round.Reports.ContainsKey(e.ClientId);
        if (!expected || repeated)
        {
            _effects.Add(new RunEffect.IgnoreEvaluation(e.ClientId, e.Round, repeated));
            return;
        }

        SetRound(Round with { Reports = Round.Reports.Add(e.ClientId, e.Result) });
        _effects.Add(new RunEffect.RecordEvaluation(e.ClientId, e.Round, e.Result));
    }

    private bool EvaluationIsDue()
    {
        var every = _state.Spec.Evaluation.EveryRounds;
        var isLast = _state.Version >= _state.Spec.Stop.Rounds || now >= Deadlines.RunEnds(_state);
        var due = every > 0 && (_state.Version % every == 0 || isLast);
        return due && Evaluators().Count >= _state.Spec.Evaluation.MinReports;
    }

    private ImmutableSortedSet<string> Evaluators() => Selection.Evaluators(_state.Spec, Round.Number, _state.Eligible, _state.EvaluateOnly);

    private void OpenEvaluation()
    {
        SetRound(Round with
        {
            StageStarted = now,
            Declined = Round.Declined.Clear(),
            Evaluators = Evaluators(),
        });
        _state = _state with { Phase = RunPhase.Evaluating };
        _effects.Add(new RunEffect.OpenEvaluation(Round, _state.Version));
    }

    private bool TryCloseEvaluation()
    {
        var outstanding = Round.Evaluators.Count - Round.Reports.Count - Round.Declined.Count;
        if (outstanding > 0 && now < Deadlines.EvaluationEnds(_state))
        {
            return false;
        }

        CloseWithReports();
        return true;
    }

    private void CloseWithReports() =>
        CloseRound(Round, Round.Reports.Count >= _state.Spec.Evaluation.MinReports ? WeightedMeans(Round.Reports.Values) : NoMetrics);

    private void CloseRound(RoundState round, ImmutableSortedDictionary<string, double> metrics)
    {
        _effects.Add(new RunEffect.CloseRound(round, metrics));
        var stop = _state.Spec.Stop;
        _state = _state with
        {
            Phase = RunPhase.Waiting,
            Round = null,
            NotBefore = now,
            Stop = StopRule.After(stop, _state.Stop, metrics),
            Best = BestModel.After(stop, _state.Best, _state.Version, metrics),
        };
        if (StopRule.Reason(stop, _state.Version, metrics, _state.Stop, now >= Deadlines.RunEnds(_state)) is { } reason)
        {
            End(RunOutcome.Completed, reason);
        }
    }

    /// <summary>Each metric's mean over the clients that report it, weighted by their examples.</summary>
    internal static ImmutableSortedDictionary<string, double> WeightedMeans(IEnumerable<EvaluationResultOf> reports)
    {
        var means = NoMetrics.ToBuilder();
        var byMetric = reports.SelectMany(r => r.Metrics.Select(m => (m.Key, m.Value, r.NumExamples))).GroupBy(m => m.Key);
        foreach (var metric in byMetric)
        {
            // By shares, and kept between the least and the largest: finite reports have a finite mean, and equal ones are their mean.
            var total = metric.Sum(m => (double)m.NumExamples);
            var mean = metric.Sum(m => m.Value * (m.NumExamples / total));
            means[metric.Key] = Math.Clamp(mean, metric.Min(m => m.Value), metric.Max(m => m.Value));
        }

        return means.ToImmutable();
    }
}
