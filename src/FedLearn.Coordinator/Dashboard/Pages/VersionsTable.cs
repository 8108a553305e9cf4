using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>A run's published versions, newest first, to be fetched.</summary>
internal static class VersionsTable
{
    /// <summary>The most on one page.</summary>
    public const int Most = 12;

    public static Html Render(string runId, IReadOnlyList<VersionLine> versions, Run run) => Html.Of($"""
        <h2>Model versions</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Table, scrolls sideways"><table><thead><tr><th class="n">Version</th><th class="n">Round</th><th>Published</th><th>SHA-256</th><th class="n">Size</th><th>Download</th></tr></thead>
        <tbody>{versions.Select(v => Row(runId, v, run.HasBestVersion && v.Number == run.BestVersion))}</tbody></table></div>
        {Html.If(versions.Count == Most && versions[^1].Number > 0, () => Html.Of($"""<p><a href="?before={versions[^1].Number - 1}#versions">Older versions</a></p>"""))}
        """);

    private static Html Row(string runId, VersionLine v, bool isBest) => Html.Of($"""
        <tr><td class="n">{v.Number}{Html.If(isBest, () => Html.Of($""" <span class="badge best">best</span>"""))}</td><td class="n">{(v.Number == 0 ? "–" : $"{v.Round}")}</td><td>{HtmlText.Time(v.PublishedUnixMs)}</td>
        <td><code title="{Convert.ToHexStringLower(v.Digest)}">{Convert.ToHexStringLower(v.Digest)[..12]}…</code></td><td class="n">{HtmlText.Bytes(v.ByteLength)}</td>
        <td>{(v.IsDeleted ? Html.Of($"deleted") : Html.Of($"""<a href="{runId}/versions/{v.Number}.safetensors" download>.safetensors</a>"""))} <a href="{runId}/versions/{v.Number}.manifest.json" download>signed manifest</a></td></tr>
        """);
}
