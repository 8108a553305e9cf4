using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Elsewhere;

/// <summary>
/// A run's metrics in MLflow, by its REST API 2.0 (mlflow.org/docs/latest/rest-api.html): an MLflow run with the spec's fields as parameters and a batch of
/// metrics a round. A run that was begun earlier is found by its tag and goes on after the last round that it has.
/// </summary>
/// <param name="http">A client whose base address is the tracking server's.</param>
/// <param name="experiment">The experiment's name; made where there is none.</param>
/// <param name="time">The clock of timestamps.</param>
internal sealed class MlflowTracking(HttpClient http, string experiment, TimeProvider time) : IMetricSink
{
    private const string RunTag = "fedlearn.run_id";
    private const string RoundTag = "fedlearn.round";
    private const int MostParameters = 100;
    private const int LongestValue = 6000;

    private string _run = "";

    /// <summary>A client of a tracking server, with the credentials of MLflow's own variables.</summary>
    /// <exception cref="CliException">The address is none.</exception>
    public static HttpClient Client(string url)
    {
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new CliException($"--mlflow: expected http://HOST:PORT or https://HOST, got '{url}'", ExitCode.Usage);
        }

        var http = new HttpClient { BaseAddress = address };
        if (Environment.GetEnvironmentVariable("MLFLOW_TRACKING_TOKEN") is { Length: > 0 } token)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        else if (Environment.GetEnvironmentVariable("MLFLOW_TRACKING_USERNAME") is { Length: > 0 } user)
        {
            var both = $"{user}:{Environment.GetEnvironmentVariable("MLFLOW_TRACKING_PASSWORD")}";
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(both)));
        }

        return http;
    }

    /// <inheritdoc/>
    public async Task<int> BeginAsync(Run run, CancellationToken cancellationToken)
    {
        var experimentId = await ExperimentAsync(cancellationToken);
        var found = await PostAsync("runs/search", new JsonObject
        {
            ["experiment_ids"] = new JsonArray(experimentId),
            ["filter"] = $"tags.`{RunTag}` = '{run.RunId}'",
            ["max_results"] = 1,
        }, cancellationToken);
        if (found["runs"]?.AsArray().FirstOrDefault() is { } earlier)
        {
            _run = earlier["info"]!["run_id"]!.GetValue<string>();
            var last = earlier["data"]?["tags"]?.AsArray().FirstOrDefault(t => t!["key"]!.GetValue<string>() == RoundTag)?["value"]?.GetValue<string>();
            return int.TryParse(last, out var round) ? round : 0;
        }

        var made = await PostAsync("runs/create", new JsonObject
        {
            ["experiment_id"] = experimentId,
            ["run_name"] = run.Name,
            ["start_time"] = run.CreatedUnixMs,
            ["tags"] = new JsonArray(Pair(RunTag, run.RunId)),
        }, cancellationToken);
        _run = made["run"]!["info"]!["run_id"]!.GetValue<string>();
        await PostAsync("runs/log-batch", new JsonObject { ["run_id"] = _run, ["params"] = Parameters(run.SpecJson) }, cancellationToken);
        return 0;
    }

    /// <inheritdoc/>
    public Task TakeAsync(int round, IReadOnlyList<Metric> metrics, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var values = metrics.Select(m => (JsonNode)new JsonObject { ["key"] = m.Name, ["value"] = m.Value, ["timestamp"] = now, ["step"] = round });
        return PostAsync("runs/log-batch", new JsonObject
        {
            ["run_id"] = _run,
            ["metrics"] = new JsonArray([.. values]),
            ["tags"] = new JsonArray(Pair(RoundTag, $"{round}")),
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task EndAsync(Run run, CancellationToken cancellationToken) => PostAsync("runs/update", new JsonObject
    {
        ["run_id"] = _run,
        ["status"] = run.Status switch { RunStatus.Completed => "FINISHED", RunStatus.Stopped => "KILLED", _ => "FAILED" },
        ["end_time"] = run.EndedUnixMs,
    }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> ExperimentAsync(CancellationToken cancellationToken)
    {
        var path = $"api/2.0/mlflow/experiments/get-by-name?experiment_name={Uri.EscapeDataString(experiment)}";
        using var known = await SendAsync(() => http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken));
        if (known.IsSuccessStatusCode)
        {
            var body = await known.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            return body!["experiment"]!["experiment_id"]!.GetValue<string>();
        }

        var made = await PostAsync("experiments/create", new JsonObject { ["name"] = experiment }, cancellationToken);
        return made["experiment_id"]!.GetValue<string>();
    }

    private async Task<JsonObject> PostAsync(string call, JsonObject request, CancellationToken cancellationToken)
    {
        using var reply = await SendAsync(() => http.PostAsJsonAsync(new Uri($"api/2.0/mlflow/{call}", UriKind.Relative), request, cancellationToken));
        var text = await reply.Content.ReadAsStringAsync(cancellationToken);
        return reply.IsSuccessStatusCode
            ? JsonNode.Parse(text.Length > 0 ? text : "{}")!.AsObject()
            : throw new CliException($"MLflow at {http.BaseAddress} refused {call} ({(int)reply.StatusCode}): {text}");
    }

    private async Task<HttpResponseMessage> SendAsync(Func<Task<HttpResponseMessage>> send)
    {
        try
        {
            return await send();
        }
        catch (HttpRequestException e)
        {
            throw new CliException($"cannot reach MLflow at {http.BaseAddress}: {e.Message}. Is its tracking server running there?", ExitCode.Unreachable);
        }
    }

    /// <summary>The fields of a spec by their paths, but for the list of tensors, which is long and follows from the model.</summary>
    private static JsonArray Parameters(string specJson)
    {
        var found = new JsonArray();
        Collect(JsonNode.Parse(specJson)!, "");
        return found;

        void Collect(JsonNode? node, string path)
        {
            if (node is JsonObject fields)
            {
                foreach (var (name, value) in fields.Where(f => path != "model" || f.Key != "tensors"))
                {
                    Collect(value, path.Length == 0 ? name : $"{path}.{name}");
                }
            }
            else if (found.Count < MostParameters && node is not null)
            {
                var text = node.ToJsonString().Trim('"');
                found.Add((JsonNode)Pair(path, text.Length > LongestValue ? text[..LongestValue] : text));
            }
        }
    }

    private static JsonObject Pair(string key, string value) => new() { ["key"] = key, ["value"] = value };
}
