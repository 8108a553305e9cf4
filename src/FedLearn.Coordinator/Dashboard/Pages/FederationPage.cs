using FedLearn.Coordinator.Dashboard.Data;
using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>The federation: its runs and who takes part.</summary>
internal sealed class FederationPage(RunList runs, Participants participants)
{
    public Html Render(PageContext page) => Layout.Render(page, "Federation", Html.Of($"""
        <div class="title"><h1>Federation</h1>{Html.If(page.MayAct, () => Html.Of($"""<a class="button primary" href="create">New run</a>"""))}</div>
        {Fragments(page).Select(f => Layout.Live(f.Id, f.Render()))}
        """), "events");

    public IReadOnlyList<Fragment> Fragments(PageContext page) => [new("runs", Pace.Tick, () => Runs(page)), new("participants", Pace.Tick, People)];

    private Html Runs(PageContext page)
    {
        var all = runs.All();
        return all.Count == 0
            ? Html.Of($"""<h2>Runs</h2><p class="empty">No run yet. {(page.MayAct ? "Create one with the button above, or with" : "An operator creates one, here or with")} <code>fedlearn run create spec.json</code>.</p>""")
            : Html.Of($"""
                <h2>Runs</h2>
                <div class="scroll" tabindex="0" role="region" aria-label="Table, scrolls sideways"><table><thead><tr><th>Run</th><th>State</th><th>Progress</th><th class="n">Round</th><th class="n">Best</th><th class="n">Clients</th><th>Created</th></tr></thead>
                <tbody>{all.Select(Row)}</tbody></table></div>
                """);
    }

    private Html Row(Run run) => Html.Of($"""
        <tr><td><a href="runs/{run.RunId}"><strong>{run.Name}</strong></a><small>{run.RunId}</small></td>
        <td>{RunText.Badge(run, runs.Live(run.RunId))}{Html.If(run.Reason.Length > 0, () => Html.Of($"<small>{run.Reason}</small>"))}</td>
        <td>{RunText.Progress(run, RunText.SpecOf(run, runs.Live(run.RunId))?.Stop.Rounds)}</td><td class="n">{run.Round}</td>
        <td class="n">{(run.HasBestVersion ? $"{run.BestMetric} {HtmlText.Metric(run.BestValue)}" : "–")}</td>
        <td class="n">{(run.Status == RunStatus.Open ? HtmlText.Count(run.EligibleClients) : "–")}</td><td>{HtmlText.Time(run.CreatedUnixMs)}</td></tr>
        """);

    private Html People()
    {
        var all = participants.All();
        return all.Count == 0
            ? Html.Of($"""<h2>Participants</h2><p class="empty">Nobody takes part yet. Invite a participant with <code>fedlearn pki invite NAME</code>.</p>""")
            : Html.Of($"""
                <h2>Participants <span class="count">{all.Count(p => p.Online)} of {all.Count} online</span></h2>
                <div class="scroll" tabindex="0" role="region" aria-label="Table, scrolls sideways"><table><thead><tr><th>Participant</th><th>Now</th><th>Last seen</th><th>Software</th><th>Certificate until</th><th class="n">Training examples</th></tr></thead>
                <tbody>{all.Select(Row)}</tbody></table></div>
                """);
    }

    private static Html Row(Participant p) => Html.Of($"""
        <tr><td><strong>{p.Id}</strong>{p.Declined.Select(d => Html.Of($"<small>declined {d.RunId}: {d.Reason}</small>"))}</td>
        <td>{(p.Online ? Html.Of($"""<span class="badge online">online</span>""") : Html.Of($"""<span class="badge offline">offline</span>"""))}</td>
        <td>{HtmlText.Time(p.LastSeenUnixMs)}</td><td>{p.Software}</td><td>{HtmlText.Time(p.CertificateUntilUnixMs)}</td>
        <td class="n">{(p.Examples is { } n ? HtmlText.Count(n) : "–")}</td></tr>
        """);
}
