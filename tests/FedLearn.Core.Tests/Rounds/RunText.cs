using System.Globalization;
using FedLearn.Core.Rounds;

namespace FedLearn.Core.Tests.Rounds;

/// <summary>States and effects as text, for comparing them by value: records that hold immutable collections compare those by reference.</summary>
internal static class RunText
{
    public static string Of(Decision decision) => $"{Of(decision.State)}\n{string.Join('\n', decision.Effects.Select(Of))}";

    public static string Of(RunState s) =>
        $"{s.Phase} {s.LastRound} v{s.Version} [{string.Join(' ', s.Eligible)}] {s.Started} {s.NotBefore} {s.VoidsInARow} {s.Paused ?? "not paused"} {s.Stop} {s.Outcome} {Of(s.Round)} "
        + $"best {s.Best} knows [{string.Join(' ', s.Facts.Records.Select(r => $"{r.Key}={r.Value}"))}] announced [{string.Join(' ', s.Facts.Announced)}] evaluate only [{string.Join(' ', s.EvaluateOnly)}]";

    public static string Of(RunEffect effect) => effect switch
    {
        RunEffect.OpenRound e => $"open {Of(e.Round)}",
        RunEffect.Aggregate e => $"aggregate {e.NewVersion} {Of(e.Round)}",
        RunEffect.Publish e => $"publish {e.Version} {Of(e.Round)}",
        RunEffect.VoidRound e => $"void {e.Reason} {Of(e.Round)}",
        RunEffect.OpenEvaluation e => $"evaluate {e.Version} {Of(e.Round)}",
        RunEffect.RecordEvaluation e => $"record {e.ClientId} {e.Round} {Of(e.Result)}",
        RunEffect.CloseRound e => $"close {Of(e.Metrics)} {Of(e.Round)}",
        _ => effect.ToString(), // the others hold plain values alone
    };

    private static string Of(RoundState? r) => r is null
        ? "-"
        : $"round {r.Number} base {r.BaseVersion} wanted {r.Wanted} since {r.StageStarted} cohort [{string.Join(' ', r.Cohort)}] "
            + $"updates [{string.Join(' ', r.Updates.Select(u => $"{u.Key}={u.Value}"))}] declined [{string.Join(' ', r.Declined)}] "
            + $"evaluators [{string.Join(' ', r.Evaluators)}] reports [{string.Join(' ', r.Reports.Select(p => $"{p.Key}={Of(p.Value)}"))}]";

    private static string Of(EvaluationResultOf result) => $"{result.NumExamples} {Of(result.Metrics)}";

    private static string Of(IEnumerable<KeyValuePair<string, double>> metrics) =>
        string.Join(' ', metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key}={m.Value:R}")));
}
