using System.Security.Cryptography;
using System.Text;
using FedLearn.Coordinator.Dashboard.Pages;
using FedLearn.Coordinator.Identity;
using Microsoft.AspNetCore.Http;

namespace FedLearn.Coordinator.Dashboard.Signing;

/// <summary>Signing in and out.</summary>
internal sealed class SignIn(Callers callers, Sessions sessions, SignInLink link, SignInLimit limit, Cookies cookies, CoordinatorLog log)
{
    /// <summary>The form; with a word of the terminal's link, the button that uses it.</summary>
    public Task ShowAsync(HttpContext http) => ShowAsync(http, mistake: null, http.Request.Query["word"].ToString() is { Length: > 0 } word ? word : null);

    /// <summary>Takes a token or a word.</summary>
    public async Task TakeAsync(HttpContext http, IFormCollection form)
    {
        if (!Matches(form["formToken"], cookies.Form(http.Request)))
        {
            await ShowAsync(http, "The form was too old; try again.", null).ConfigureAwait(false);
            return;
        }

        var (caller, mistake) = Find(form["word"].ToString(), form["token"].ToString().Trim());
        if (caller is null)
        {
            var mayTry = limit.Take(http.Connection.RemoteIpAddress);
            log.SignInRefused(mistake);
            http.Response.StatusCode = mayTry ? StatusCodes.Status401Unauthorized : StatusCodes.Status429TooManyRequests;
            await ShowAsync(http, mayTry ? mistake : "Too many tries; wait a minute.", null).ConfigureAwait(false);
            return;
        }

        cookies.SetSession(http, sessions.Open(caller));
        log.SignedIn(caller.OperatorName);
        Redirect.To(http, "./");
    }

    /// <summary>Ends the session.</summary>
    public Task LeaveAsync(HttpContext http)
    {
        sessions.Close(cookies.Session(http.Request));
        cookies.DropSession(http);
        Redirect.To(http, "signin");
        return Task.CompletedTask;
    }

    /// <summary>Whether two tokens of forms are the same one.</summary>
    public static bool Matches(string? sent, string? expected) =>
        expected is { Length: > 0 } && sent is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(expected));

    private (Caller? Caller, string Mistake) Find(string word, string token)
    {
        if (word.Length > 0)
        {
            return link.TryUse(word)
                ? (new Caller(ClientId: null), "")
                : (null, "The link was used already, or is older than 15 minutes. Sign in with a token, or start the coordinator again for a new link.");
        }

        var caller = callers.FindOperator(token, out var reason);
        return caller is not null && (Scope.Viewer & ~caller.Scopes) is not Scope.None and var missing
            ? (null, $"The page shows what a viewer may see; the token of '{caller.OperatorName}' lacks the scope {string.Join(", ", Scopes.NamesOf(missing))}.")
            : (caller, reason);
    }

    private Task ShowAsync(HttpContext http, string? mistake, string? word)
    {
        var formToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        cookies.SetForm(http, formToken);
        return Reply.HtmlAsync(http, SignInPage.Render(new PageContext(null, PageContext.RootOf(http.Request)), formToken, mistake, word));
    }
}
