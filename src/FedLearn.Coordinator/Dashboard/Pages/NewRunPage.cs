using FedLearn.Coordinator.Dashboard.Markup;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>Where an operator creates a run: a spec, and over it the fields that change most often.</summary>
internal static class NewRunPage
{
    private static readonly (string Path, string Label, string Hint)[] s_fields =
    [
        ("name", "Name", "a-z, 0-9 and -, unique"),
        ("stop.rounds", "Rounds", "published at most"),
        ("cohort.minimum", "Least clients", "ready before a round opens"),
        ("closing.minUpdates", "Least updates", "for a round to count"),
        ("closing.maxSeconds", "Most seconds", "for a round's training"),
        ("strategy.kind", "Strategy", "such as fedavg or trimmedMean"),
        ("client.epochs", "Epochs", "of each client a round"),
        ("client.batchSize", "Batch size", "examples"),
        ("client.learningRate", "Learning rate", "of the clients"),
    ];

    /// <summary>The paths of the fields.</summary>
    public static IEnumerable<string> Paths => s_fields.Select(f => f.Path);

    /// <param name="page">Who looks.</param>
    /// <param name="spec">The text of the spec.</param>
    /// <param name="values">What stands in the fields.</param>
    /// <param name="mistakes">All mistakes; null where nothing was checked.</param>
    public static Html Render(PageContext page, string spec, IReadOnlyDictionary<string, string> values, IReadOnlyList<SpecMistake>? mistakes)
    {
        var rest = mistakes?.Where(m => !Paths.Contains(m.Path)).ToList() ?? [];
        return Layout.Render(page, "New run", Html.Of($"""
            <p class="trail"><a href="{page.Root}">Federation</a></p>
            <h1>New run</h1>
            {Verdict(mistakes)}
            <form method="post" action="create" id="create-form" class="create">{Layout.FormToken(page)}
            <fieldset class="card"><legend>Often changed</legend><p class="hint">What is filled in here counts over the spec.</p>
            <div class="fields">{s_fields.Select(f => Field(f, values.GetValueOrDefault(f.Path, ""), mistakes))}</div></fieldset>
            <div class="card"><label for="spec">Spec</label><p class="hint" id="spec-hint">JSON with every field of <code>fedlearn run spec</code>; comments are allowed. Models that FedLearn knows get their tensors by themselves.</p>
            <textarea id="spec" name="spec" rows="22" spellcheck="false" aria-describedby="spec-hint spec-mistakes"{Html.If(rest.Count > 0, () => Html.Of($""" aria-invalid="true" """))}>{spec}</textarea>
            <ul id="spec-mistakes" class="mistakes">{rest.Select(m => Html.Of($"<li>{m.ToString()}</li>"))}</ul></div>
            <div class="actions"><button name="do" value="check">Check only</button><button type="button" class="primary" data-dialog="create-ask">Create run</button></div></form>
            <dialog id="create-ask" aria-labelledby="create-title"><div class="stack"><h2 id="create-title">Create this run?</h2><p>It begins as soon as enough clients accept it. The log notes that you did it.</p>
            <div class="actions"><button type="button" data-close>Cancel</button><button class="primary" form="create-form" name="do" value="create">Create</button></div></div></dialog>
            """));
    }

    private static Html Verdict(IReadOnlyList<SpecMistake>? mistakes) => mistakes switch
    {
        null => Html.None,
        { Count: 0 } => Html.Of($"""<p class="good" role="status">The spec has no mistake.</p>"""),
        _ => Html.Of($"""<p class="mistake" role="alert">{mistakes.Count} {(mistakes.Count == 1 ? "mistake" : "mistakes")}; nothing was created.</p>"""),
    };

    private static Html Field((string Path, string Label, string Hint) field, string value, IReadOnlyList<SpecMistake>? mistakes)
    {
        var wrong = mistakes?.Where(m => m.Path == field.Path).ToList() ?? [];
        var id = field.Path.Replace('.', '-');
        return Html.Of($"""
            <div class="field"><label for="{id}">{field.Label}</label>
            <input id="{id}" name="{field.Path}" value="{value}" autocomplete="off" spellcheck="false" aria-describedby="{id}-hint"{Html.If(wrong.Count > 0, () => Html.Of($""" aria-invalid="true" """))}>
            <small id="{id}-hint">{(wrong.Count == 0 ? Html.Of($"{field.Hint}") : Html.Of($"""<span class="mistake">{string.Join("; ", wrong.Select(m => m.Message))}</span>"""))}</small></div>
            """);
    }
}
