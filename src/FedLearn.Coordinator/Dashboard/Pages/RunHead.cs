using FedLearn.Coordinator.Dashboard.Data;
using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Coordinator.Rounds;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>A run's name, state, what may be done, and its figures.</summary>
internal static class RunHead
{
    public static Html Render(PageContext page, Run run, OpenRun? live, RunPages book)
    {
        var spec = RunText.SpecOf(run, live);
        return Html.Of($"""
            <div class="title"><h1>{run.Name} {RunText.Badge(run, live)}</h1>{Html.If(page.MayAct && run.Status == RunStatus.Open, () => Actions(run))}</div>
            <p class="reason">{run.RunId}{Html.If(run.Reason.Length > 0, () => Html.Of($" · {run.Reason}"))}</p>
            <dl class="tiles">
            <div><dt>Published</dt><dd>{RunText.Progress(run, spec?.Stop.Rounds)}</dd></div>
            <div><dt>Best version</dt><dd>{(run.HasBestVersion ? Html.Of($"{run.BestVersion}<small>{run.BestMetric} {HtmlText.Metric(run.BestValue)}</small>") : Html.Of($"–"))}</dd></div>
            <div><dt>Accuracy now</dt><dd>{Newest(book, "accuracy")}</dd></div>
            <div><dt>Clients ready</dt><dd>{(run.Status == RunStatus.Open ? HtmlText.Count(run.EligibleClients) : "–")}{Html.If(run.EvaluatingClients > 0, () => Html.Of($"<small>{run.EvaluatingClients} more evaluate</small>"))}</dd></div>
            <div><dt>Received</dt><dd>{HtmlText.Bytes(book.Rounds.Sum(r => r.BytesIn))}</dd></div>
            <div><dt>Sent</dt><dd>{HtmlText.Bytes(book.Rounds.Sum(r => r.BytesOut))}</dd></div>
            <div><dt>Strategy</dt><dd>{spec?.Strategy.Kind ?? "–"}<small>{spec?.Model.Kind}</small></dd></div>
            <div><dt>Created</dt><dd class="small">{HtmlText.Time(run.CreatedUnixMs)}</dd></div>
            </dl>
            """);
    }

    private static Html Actions(Run run) => Html.Of($"""
        <div class="actions">{(run.Paused
            ? Html.Of($"""<button type="button" data-dialog="resume" class="primary">Resume</button>""")
            : Html.Of($"""<button type="button" data-dialog="pause">Pause</button>"""))}<button type="button" data-dialog="stop" class="danger">Stop</button></div>
        """);

    private static string Newest(RunPages book, string metric) =>
        HtmlText.Metric(book.Rounds.LastOrDefault(r => r.Evaluation.ContainsKey(metric))?.Evaluation[metric]);
}
