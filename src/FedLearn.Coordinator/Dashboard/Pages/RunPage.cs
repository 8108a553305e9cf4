using FedLearn.Coordinator.Dashboard.Data;
using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>One run: how it does, what it is doing now, and everything that came of it.</summary>
internal sealed class RunPage(RunList runs, RunBooks books, RunHistory history, WatchHub hub)
{
    /// <param name="page">Who looks.</param>
    /// <param name="runId">The run.</param>
    /// <param name="with">Other runs whose curves are laid over its own.</param>
    /// <param name="before">The newest version that is listed; null = the newest that there is.</param>
    public Html Render(PageContext page, string runId, IReadOnlyList<string> with, int? before)
    {
        var run = runs.Find(runId);
        var parts = Fragments(page, runId, with, before).ToDictionary(f => f.Id, f => Layout.Live(f.Id, f.Render()), StringComparer.Ordinal);
        var query = string.Concat(with.Select(w => $"{(w == with[0] ? '?' : '&')}with={w}"));
        query += before is { } n ? $"{(query.Length == 0 ? '?' : '&')}before={n}" : "";
        return Layout.Render(page, run.Name, Html.Of($"""
            <p class="trail"><a href="{page.Root}">Federation</a></p>
            {parts["head"]}
            {Html.If(page.MayAct, () => RunDialogs.Render(page, run))}
            {parts["now"]}
            <div class="charts">{parts["loss"]}{parts["accuracy"]}</div>
            {RunPanels.Overlay(runs.All(), runId, with)}
            {parts["times"]}
            {parts["clients"]}
            {parts["refused"]}
            {parts["rounds"]}
            {parts["versions"]}
            {parts["log"]}
            {RunPanels.Spec(run)}
            """), $"{runId}/events{query}");
    }

    public IReadOnlyList<Fragment> Fragments(PageContext page, string runId, IReadOnlyList<string> with, int? before)
    {
        var live = runs.Live(runId);
        var others = with.Select(runs.Find).ToList();
        var cached = default(RunPages);
        return
        [
            // The first of the slow parts reads for the others.
            new("loss", Pace.Change, () => RunCharts.Of("Loss", "loss", Mine(fresh: true), others.Select(Theirs))),
            new("accuracy", Pace.Change, () => RunCharts.Of("Accuracy", "accuracy", Mine(), others.Select(Theirs))),
            new("head", Pace.Tick, () => RunHead.Render(page, runs.Find(runId), live, Book())),
            new("now", Pace.Tick, () => Html.If(live is not null, () => ClientStrip.Render(live!, hub.IsOnline))),
            new("times", Pace.Change, () => Charts.TimeChart.Render(Book().Rounds, round => live?.Notes.TransferSeconds(round))),
            new("clients", Pace.Change, () => RunPanels.Clients(Book().Shares, live)),
            new("refused", Pace.Tick, () => RunPanels.Refused(live)),
            new("rounds", Pace.Change, () => RoundsTable.Render(runId, Book().Rounds, live)),
            new("versions", Pace.Change, () => VersionsTable.Render(runId, history.Versions(runId, before ?? int.MaxValue, VersionsTable.Most), runs.Find(runId))),
            new("log", Pace.Change, () => RunPanels.Log(history.LogTail(runId, RunPanels.MostEntries, RunPanels.AmongEntries))),
        ];

        RunPages Book() => cached ??= books.Of(runId).Read();

        (Run, RunPages) Mine(bool fresh = false)
        {
            cached = fresh ? null : cached;
            return (runs.Find(runId), Book());
        }

        (Run, RunPages) Theirs(Run other) => (runs.Find(other.RunId), books.Of(other.RunId).Read());
    }
}
