using FedLearn.Coordinator.Dashboard.Markup;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>Where one signs in: with a token, or by the link of the coordinator's terminal.</summary>
internal static class SignInPage
{
    public static Html Render(PageContext page, string formToken, string? mistake, string? word) => Layout.Render(page, "Sign in", Html.Of($"""
        <div class="card narrow">
        <h1>Sign in</h1>
        {Html.If(mistake is not null, () => Html.Of($"""<p class="mistake" role="alert">{mistake}</p>"""))}
        {(word is null ? ByToken(formToken, mistake is not null) : ByLink(formToken, word))}
        </div>
        """));

    private static Html ByLink(string formToken, string word) => Html.Of($"""
        <p>This link signs an operator in once.</p>
        <form method="post" action="signin" class="stack"><input type="hidden" name="formToken" value="{formToken}"><input type="hidden" name="word" value="{word}">
        <button class="primary" autofocus>Continue as operator</button></form>
        """);

    private static Html ByToken(string formToken, bool isWrong) => Html.Of($"""
        <form method="post" action="signin" class="stack"><input type="hidden" name="formToken" value="{formToken}">
        <label for="token">Token of an operator or a viewer</label>
        <input id="token" name="token" type="password" autocomplete="off" spellcheck="false" required autofocus{Html.If(isWrong, () => Html.Of($""" aria-invalid="true" """))}>
        <button class="primary">Sign in</button></form>
        <p class="hint">The operator's token is in <code>operator.token</code> in the coordinator's data folder. An operator makes others with <code>fedlearn pki token create NAME --role viewer</code>.</p>
        """);
}
