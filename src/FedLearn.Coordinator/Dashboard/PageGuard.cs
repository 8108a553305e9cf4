using FedLearn.Coordinator.Dashboard.Pages;
using FedLearn.Coordinator.Dashboard.Signing;
using FedLearn.Coordinator.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FedLearn.Coordinator.Dashboard;

/// <summary>What every request of the page passes: who it is, whether it may, whether its form is one of ours; and what becomes of errors.</summary>
internal sealed class PageGuard(Sessions sessions, Cookies cookies, CallErrors errors)
{
    private const long MaxForm = 4 << 20;

    private static readonly FormOptions s_form = new() { ValueLengthLimit = 2 << 20, ValueCountLimit = 64 };

    /// <summary>Something that anybody may see.</summary>
    public Task OpenAsync(HttpContext http, Func<HttpContext, Task> show) => CatchAsync(http, null, () => show(http));

    /// <summary>A form that anybody may send, once it does not come from another site.</summary>
    public Task OpenFormAsync(HttpContext http, Func<HttpContext, IFormCollection, Task> take) => CatchAsync(http, null, async () =>
    {
        if (await FormOf(http).ConfigureAwait(false) is { } form)
        {
            await take(http, form).ConfigureAwait(false);
        }
    });

    /// <summary>A page for who is signed in.</summary>
    public Task PageAsync(HttpContext http, bool forOperators, Func<PageContext, Task> show)
    {
        var page = Find(http);
        return CatchAsync(http, page.Session, () => page.Session is null ? AskAsync(http, page)
            : forOperators && !page.MayAct ? RefuseAsync(http, page, StatusCodes.Status403Forbidden, "A viewer may look at everything and change nothing.")
            : show(page));
    }

    /// <summary>A form of a page.</summary>
    public Task FormAsync(HttpContext http, bool forOperators, Func<PageContext, IFormCollection, Task> take) => PageAsync(http, forOperators, async page =>
    {
        if (await FormOf(http).ConfigureAwait(false) is not { } form)
        {
            return;
        }

        if (!SignIn.Matches(form["formToken"], page.Session!.FormToken))
        {
            await RefuseAsync(http, page, StatusCodes.Status400BadRequest, "The form is not of this session; go back, load the page again, and send it once more.").ConfigureAwait(false);
            return;
        }

        await take(page, form).ConfigureAwait(false);
    });

    private PageContext Find(HttpContext http) => new(sessions.Find(cookies.Session(http.Request)), PageContext.RootOf(http.Request));

    private static Task AskAsync(HttpContext http, PageContext page)
    {
        if (HttpMethods.IsPost(http.Request.Method) || http.Request.Path.Value!.EndsWith("/events", StringComparison.Ordinal))
        {
            return RefuseAsync(http, page, StatusCodes.Status401Unauthorized, "You are not signed in any more.");
        }

        Redirect.To(http, $"{page.Root}signin");
        return Task.CompletedTask;
    }

    /// <summary>The form; null where it was refused.</summary>
    private async Task<IFormCollection?> FormOf(HttpContext http)
    {
        var from = http.Request.Headers["Sec-Fetch-Site"].ToString();
        if (from is not ("" or "same-origin") || !http.Request.HasFormContentType)
        {
            await RefuseAsync(http, Find(http), StatusCodes.Status400BadRequest, "Forms are taken from the page itself alone.").ConfigureAwait(false);
            return null;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxForm;
        }

        return await http.Request.ReadFormAsync(s_form, http.RequestAborted).ConfigureAwait(false);
    }

    private async Task CatchAsync(HttpContext http, Session? session, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (http.Response.HasStarted && errors.Map(e, http.RequestAborted) is not null)
        {
            http.Abort();
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException)
        {
            await RefuseAsync(http, new(session, PageContext.RootOf(http.Request)), StatusCodes.Status400BadRequest, $"The form cannot be read: {e.Message}").ConfigureAwait(false);
        }
        catch (Exception e) when (errors.Map(e, http.RequestAborted) is { } problem)
        {
            await RefuseAsync(http, new(session, PageContext.RootOf(http.Request)), problem.HttpStatus, problem.Text).ConfigureAwait(false);
        }
    }

    private static Task RefuseAsync(HttpContext http, PageContext page, int status, string text)
    {
        http.Response.StatusCode = status;
        return Reply.HtmlAsync(http, ErrorPage.Render(page, status, text));
    }
}
