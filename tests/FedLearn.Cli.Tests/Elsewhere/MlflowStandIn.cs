using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace FedLearn.Cli.Tests.Elsewhere;

/// <summary>
/// The calls of MLflow's REST API 2.0 that are used here, as its documentation has them: required fields must be there, unknown ones must not, limits hold.
/// </summary>
internal sealed class MlflowStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, string> _experiments = [];

    private MlflowStandIn(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public List<MlflowRun> Runs { get; } = [];

    /// <summary>What the caller must show; null = anybody may.</summary>
    public string? Authorization { get; set; }

    public static async Task<MlflowStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new MlflowStandIn(app);
        app.Use((http, next) => server.Authorization is null || http.Request.Headers.Authorization == server.Authorization ? next(http) : Status(http, 401));
        app.MapGet("/api/2.0/mlflow/experiments/get-by-name", (string experiment_name) => server._experiments.TryGetValue(experiment_name, out var id)
            ? Results.Json(new { experiment = new { experiment_id = id, name = experiment_name } })
            : Results.Json(new { error_code = "RESOURCE_DOES_NOT_EXIST", message = "no such experiment" }, statusCode: 404));
        app.MapPost("/api/2.0/mlflow/experiments/create", (JsonObject r) => Results.Json(new { experiment_id = server._experiments[Text(r, "name", "name")] = $"{server._experiments.Count + 1}" }));
        app.MapPost("/api/2.0/mlflow/runs/create", server.Create);
        app.MapPost("/api/2.0/mlflow/runs/search", server.Search);
        app.MapPost("/api/2.0/mlflow/runs/log-batch", server.LogBatch);
        app.MapPost("/api/2.0/mlflow/runs/update", server.Update);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task Status(HttpContext http, int code)
    {
        http.Response.StatusCode = code;
        return http.Response.WriteAsync("who are you?");
    }

    private IResult Create(JsonObject r)
    {
        Known(r, "experiment_id", "run_name", "start_time", "tags");
        Assert.Contains(r["experiment_id"]!.GetValue<string>(), _experiments.Values);
        var run = new MlflowRun($"run{Runs.Count}", r["run_name"]!.GetValue<string>());
        Take(run.Tags, r["tags"]);
        Runs.Add(run);
        return Results.Json(new { run = new { info = new { run_id = run.Id, status = "RUNNING" } } });
    }

    private IResult Search(JsonObject r)
    {
        Known(r, "experiment_ids", "filter", "max_results");
        var filter = System.Text.RegularExpressions.Regex.Match(r["filter"]!.GetValue<string>(), "^tags.`([^`]+)` = '([^']*)'$");
        Assert.True(filter.Success);
        var found = Runs.Where(run => run.Tags.TryGetValue(filter.Groups[1].Value, out var value) && value == filter.Groups[2].Value).ToList();
        return found.Count == 0
            ? Results.Json(new { })
            : Results.Json(new { runs = found.Select(run => new { info = new { run_id = run.Id }, data = new { tags = run.Tags.Select(t => new { key = t.Key, value = t.Value }) } }) });
    }

    private IResult LogBatch(JsonObject r)
    {
        Known(r, "run_id", "metrics", "params", "tags");
        var run = Runs.Single(x => x.Id == r["run_id"]!.GetValue<string>());
        var metrics = r["metrics"]?.AsArray() ?? [];
        Assert.InRange(metrics.Count, 0, 1000);
        Assert.InRange(r["params"]?.AsArray().Count ?? 0, 0, 100);
        run.Metrics.AddRange(metrics.Select(m => (m!["key"]!.GetValue<string>(), m["value"]!.GetValue<double>(), m["step"]!.GetValue<long>(), m["timestamp"]!.GetValue<long>())));
        Take(run.Parameters, r["params"]);
        Take(run.Tags, r["tags"]);
        return Results.Json(new { });
    }

    private IResult Update(JsonObject r)
    {
        Known(r, "run_id", "status", "end_time");
        Runs.Single(x => x.Id == r["run_id"]!.GetValue<string>()).Status = Text(r, "status", "run_id", "status", "end_time");
        return Results.Json(new { });
    }

    private static string Text(JsonObject r, string name, params string[] known)
    {
        Known(r, known);
        return r[name]!.GetValue<string>();
    }

    private static void Known(JsonObject r, params string[] names) => Assert.All(r, field => Assert.Contains(field.Key, names));

    private static void Take(Dictionary<string, string> into, JsonNode? pairs)
    {
        foreach (var pair in pairs?.AsArray() ?? [])
        {
            into[pair!["key"]!.GetValue<string>()] = pair["value"]!.GetValue<string>();
        }
    }
}

internal sealed class MlflowRun(string id, string name)
{
    public string Id { get; } = id;

    public string Name { get; } = name;

    public string Status { get; set; } = "RUNNING";

    public Dictionary<string, string> Tags { get; } = [];

    public Dictionary<string, string> Parameters { get; } = [];

    public List<(string Key, double Value, long Step, long Timestamp)> Metrics { get; } = [];
}
