using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>Each action asks once, in a dialog of its own. They stand beside the parts that change, so that no change takes one away.</summary>
internal static class RunDialogs
{
    public static Html Render(PageContext page, Run run) => Html.Of($"""
        {One(page, run, "pause", "Pause this run?", "The open round goes on to its end, then none opens until somebody resumes the run.", "Pause", hasReason: true)}
        {One(page, run, "resume", "Resume this run?", "The next round opens as soon as enough clients are ready.", "Resume", hasReason: false)}
        {One(page, run, "stop", "Stop this run for good?", "A round that is not aggregated yet is void. Published versions stay. A stopped run cannot go on.", "Stop", hasReason: true)}
        """);

    private static Html One(PageContext page, Run run, string action, string title, string text, string button, bool hasReason) => Html.Of($"""
        <dialog id="{action}" aria-labelledby="{action}-title"><form method="post" action="{run.RunId}/{action}" class="stack">{Layout.FormToken(page)}
        <h2 id="{action}-title">{title}</h2><p>{text} The log notes that you did it.</p>
        {Html.If(hasReason, () => Html.Of($"""<label for="{action}-reason">Reason, for the record</label><input id="{action}-reason" name="reason" maxlength="500" autocomplete="off">"""))}
        <div class="actions"><button type="button" data-close>Cancel</button><button class="{(action == "stop" ? "danger" : "primary")}">{button}</button></div></form></dialog>
        """);
}
