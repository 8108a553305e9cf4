using FedLearn.Coordinator.Dashboard.Data;
using FedLearn.Coordinator.Dashboard.Live;
using FedLearn.Coordinator.Dashboard.Pages;
using FedLearn.Coordinator.Dashboard.Signing;
using FedLearn.Coordinator.Operations;
using FedLearn.Core.Specs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FedLearn.Coordinator.Dashboard;

/// <summary>The page's addresses.</summary>
internal sealed class DashboardRoutes(
    PageGuard guard, SignIn signIn, FederationPage federation, RunPage runPage, RunList runs, EventStream events, Downloads downloads, RunActions actions, CoordinatorOptions options)
{
    private static readonly string[] s_reads = [HttpMethods.Get, HttpMethods.Head];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/assets/{hash}/{name}", (RequestDelegate)Assets.SendAsync);
        routes.MapGet("/signin", (RequestDelegate)(http => guard.OpenAsync(http, signIn.ShowAsync)));
        routes.MapPost("/signin", (RequestDelegate)(http => guard.OpenFormAsync(http, signIn.TakeAsync)));
        routes.MapPost("/signout", (RequestDelegate)(http => guard.FormAsync(http, forOperators: false, (_, _) => signIn.LeaveAsync(http))));
        Get(routes, "/", (http, page) => Reply.HtmlAsync(http, federation.Render(page)));
        Get(routes, "/events", (http, page) => events.SendAsync(http, page.Session!, feed: null, federation.Fragments(page)));
        Get(routes, "/runs/{run}", (http, page) => Reply.HtmlAsync(http, runPage.Render(page, Run(http), With(http), Before(http))));
        Get(routes, "/runs/{run}/events", (http, page) =>
        {
            // What it sends stands on the run's page, one step up from here.
            var fragments = runPage.Fragments(page with { Root = "../" }, runs.Find(Run(http)).RunId, With(http), Before(http));
            return events.SendAsync(http, page.Session!, runs.Live(Run(http))?.Feed, fragments);
        });
        Get(routes, "/runs/{run}/spec.json", (http, _) => downloads.SpecAsync(http, Run(http)));
        Get(routes, "/runs/{run}/rounds.csv", (http, _) => downloads.RoundsAsync(http, Run(http)));
        Get(routes, "/runs/{run}/versions/{version:int:min(0)}.safetensors", (http, _) => downloads.ModelAsync(http, Run(http), Version(http)));
        Get(routes, "/runs/{run}/versions/{version:int:min(0)}.manifest.json", (http, _) => downloads.ManifestAsync(http, Run(http), Version(http)));
        Get(routes, "/create", (http, page) => Reply.HtmlAsync(http, NewRunPage.Render(page, NewRunForm.Template, new Dictionary<string, string>(), null)), forOperators: true);
        Act(routes, "/create", CreateAsync);
        Act(routes, "/runs/{run}/pause", (http, page, form) => ToRun(http, actions.PauseAsync(Run(http), Text(form, "reason"), page.Session!.Name)));
        Act(routes, "/runs/{run}/resume", (http, page, _) => ToRun(http, actions.ResumeAsync(Run(http), page.Session!.Name)));
        Act(routes, "/runs/{run}/stop", (http, page, form) => ToRun(http, actions.StopAsync(Run(http), Text(form, "reason"), page.Session!.Name)));
    }

    private Task CreateAsync(HttpContext http, PageContext page, IFormCollection form)
    {
        var (text, fields) = (Text(form, "spec"), NewRunPage.Paths.ToDictionary(p => p, p => Text(form, p).Trim(), StringComparer.Ordinal));
        var result = NewRunForm.Read(text, fields, options.CompleteSpec);
        if (result.Spec is not { } spec || form["do"] != "create")
        {
            http.Response.StatusCode = result.Spec is null ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK;
            return Reply.HtmlAsync(http, NewRunPage.Render(page, text, fields, result.Mistakes));
        }

        try
        {
            Redirect.To(http, $"runs/{actions.Create(spec, RunSpecWriter.Write(spec), initial: null, page.Session!.Name).RunId}");
            return Task.CompletedTask;
        }
        catch (Grpc.Core.RpcException e) when (e.StatusCode == Grpc.Core.StatusCode.AlreadyExists)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Reply.HtmlAsync(http, NewRunPage.Render(page, text, fields, [new SpecMistake("name", e.Status.Detail)]));
        }
    }

    private static async Task ToRun(HttpContext http, Task action)
    {
        await action.ConfigureAwait(false);
        Redirect.To(http, $"../{Run(http)}");
    }

    private void Get(IEndpointRouteBuilder routes, string path, Func<HttpContext, PageContext, Task> show, bool forOperators = false) =>
        routes.MapMethods(path, s_reads, (RequestDelegate)(http => guard.PageAsync(http, forOperators, page => show(http, page))));

    private void Act(IEndpointRouteBuilder routes, string path, Func<HttpContext, PageContext, IFormCollection, Task> act) =>
        routes.MapPost(path, (RequestDelegate)(http => guard.FormAsync(http, forOperators: true, (page, form) => act(http, page, form))));

    private static string Run(HttpContext http) => (string)http.GetRouteValue("run")!;

    private static int Version(HttpContext http) => int.Parse((string)http.GetRouteValue("version")!);

    private static string Text(IFormCollection form, string name) => form[name].ToString();

    private static List<string> With(HttpContext http) => [.. http.Request.Query["with"].OfType<string>().Where(w => w != Run(http)).Distinct().Take(RunCharts.MostOthers)];

    private static int? Before(HttpContext http) => int.TryParse(http.Request.Query["before"], out var before) && before >= 0 ? before : null;
}
