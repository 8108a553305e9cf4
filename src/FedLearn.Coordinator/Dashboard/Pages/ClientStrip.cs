using FedLearn.Coordinator.Dashboard.Data;
using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Coordinator.Rounds;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>What the round is doing right now, client by client.</summary>
internal static class ClientStrip
{
    public static Html Render(OpenRun run, Func<string, bool> isOnline)
    {
        var clients = ClientState.All(run, isOnline);
        if (clients.Count == 0)
        {
            return Html.Of($"""<h2>Now</h2><p class="empty">No round is open.</p>""");
        }

        var counts = clients.GroupBy(c => c.State, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}");
        return Html.Of($"""
            <h2>Round {run.State.Round?.Number ?? run.State.LastRound} now <span class="count">{string.Join(", ", counts)}</span></h2>
            <ul class="strip">{clients.Select(Tile)}</ul>
            """);
    }

    private static Html Tile(ClientState client) => Html.Of($"""
        <li class="tile {client.State}" id="now-{client.ClientId}"><b>{client.ClientId}</b><span>{client.State}</span>{Moved(client)}</li>
        """);

    private static Html Moved(ClientState client) => client switch
    {
        { State: "downloading" or "uploading", Of: > 0 } => Html.Of($"""<progress value="{Math.Min(client.Moved, client.Of)}" max="{client.Of}" aria-label="{client.State}"></progress><small>{HtmlText.Bytes(client.Moved)} of {HtmlText.Bytes(client.Of)}</small>"""),
        { State: "done", Moved: > 0 } => Html.Of($"<small>{HtmlText.Bytes(client.Moved)}</small>"),
        _ => Html.None,
    };
}
