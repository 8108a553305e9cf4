using System.Text.Json;
using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>The smaller parts of a run's page.</summary>
internal static class RunPanels
{
    /// <summary>The most entries of the log on one page.</summary>
    public const int MostEntries = 15;

    /// <summary>Among how many of the log's newest entries they are looked for.</summary>
    public const int AmongEntries = 5000;

    /// <summary>What each client contributed, and how far the newest updates pulled apart.</summary>
    public static Html Clients(IReadOnlyList<ClientShare> shares, OpenRun? live)
    {
        if (shares.Count == 0)
        {
            return Html.Of($"""<h2>Contributions</h2><p class="empty">No update has been aggregated yet.</p>""");
        }

        var (total, drift) = (Math.Max(1, shares.Sum(s => s.Examples)), live?.Notes.Drift);
        return Html.Of($"""
            <h2>Contributions{Html.If(drift is not null, () => Html.Of($""" <span class="count">drift of round {drift!.Round}: cosine to the mean {HtmlText.Metric(drift.Drift.MeanCosine)} on average</span>"""))}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Table, scrolls sideways"><table><thead><tr><th>Client</th><th class="n">Updates</th><th class="n">Newest round</th><th>Share of examples</th><th class="n">Mean norm</th><th class="n">Drift (cosine)</th></tr></thead>
            <tbody>{shares.Select(s => Html.Of($"""
                <tr><td><strong>{s.ClientId}</strong></td><td class="n">{s.Updates}</td><td class="n">{s.LastRound}</td>
                <td>{Bar(s.Examples / (double)total)} {100.0 * s.Examples / total:0.0} %</td><td class="n">{HtmlText.Metric(s.NormSum / s.Updates)}</td>
                <td class="n">{HtmlText.Metric(drift is not null && drift.Clients.TryGetValue(s.ClientId, out var d) ? d.Cosine : null)}</td></tr>
                """))}</tbody></table></div>
            """);
    }

    /// <summary>The newest refusals of this process.</summary>
    public static Html Refused(OpenRun? live) => live?.Notes.Refusals() is not { Count: > 0 } refusals ? Html.None : Html.Of($"""
        <h2>Refused updates <span class="count">newest {refusals.Count} since the coordinator started</span></h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Table, scrolls sideways"><table><thead><tr><th>When</th><th class="n">Round</th><th>Client</th><th>Reason</th></tr></thead>
        <tbody>{refusals.Take(20).Select(r => Html.Of($"<tr><td>{HtmlText.Time(r.At.ToUnixTimeMilliseconds())}</td><td class=\"n\">{r.Round}</td><td><strong>{r.ClientId}</strong></td><td>{r.Reason}</td></tr>"))}</tbody></table></div>
        """);

    /// <summary>What the append-only log tells of the run.</summary>
    public static Html Log(IReadOnlyList<string> entries) => Html.Of($"""
        <h2>Log <span class="count">newest {entries.Count} entries, without accepted updates</span></h2>
        <ol class="log">{entries.Select(Entry)}</ol>
        """);

    public static Html Spec(Run run) => Html.Of($"""
        <section><h2>Spec <a class="aside" href="{run.RunId}/spec.json" download>spec.json</a></h2><details><summary>Show</summary><pre tabindex="0" aria-label="The run's spec">{run.SpecJson}</pre></details></section>
        """);

    /// <summary>Which other runs' curves are laid over this one's.</summary>
    public static Html Overlay(IReadOnlyList<Run> all, string runId, IReadOnlyList<string> with) => Html.If(all.Count > 1, () => Html.Of($"""
        <details class="overlay"{Html.If(with.Count > 0, () => Html.Of($" open"))}><summary>Compare with other runs</summary>
        <form method="get" class="checks">{all.Where(r => r.RunId != runId).Take(20).Select(r => Html.Of($"""<label><input type="checkbox" name="with" value="{r.RunId}"{Html.If(with.Contains(r.RunId), () => Html.Of($" checked"))}> {r.Name}</label>"""))}
        <button>Draw</button> <small>{RunCharts.MostOthers} at most</small></form></details>
        """));

    private static Html Bar(double share) => Html.Of($"""<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="all" width="100" height="8"/><rect width="{100 * share:0.#}" height="8"/></svg>""");

    private static Html Entry(string entry)
    {
        using var json = JsonDocument.Parse(entry);
        var rest = json.RootElement.EnumerateObject().Where(m => m.Name is not ("at" or "kind" or "run") && m.Value.ToString().Length > 0)
            .Select(m => Html.Of($"<span>{m.Name} <b>{Short(m.Value.ToString())}</b></span>"));
        return Html.Of($"<li>{HtmlText.Time(json.RootElement.GetProperty("at").GetInt64())}<strong>{json.RootElement.GetProperty("kind").GetString()}</strong>{rest}</li>");
    }

    private static string Short(string value) => value.Length == 64 ? $"{value[..12]}…" : value;
}
