using FedLearn.Cli.Elsewhere;
using FedLearn.Cli.Tests.Runs;
using FedLearn.Protocol.V1;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Cli.Tests.Elsewhere;

public class MlflowTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public async Task Export_OfARun_IsAnMlflowRunWithParametersAndMetrics()
    {
        await using var server = await MlflowStandIn.StartAsync();

        await run.AskedAsync("run", "export", FinishedRun.Name, "--mlflow", server.Address);

        var logged = Assert.Single(server.Runs);
        Assert.Equal((FinishedRun.Name, "FINISHED"), (logged.Name, logged.Status));
        Assert.Equal(("0.1", "mlp", "[8]"), (logged.Parameters["client.learningRate"], logged.Parameters["model.kind"], logged.Parameters["model.hidden"]));
        Assert.Equal([1L, 2, 3], logged.Metrics.Where(m => m.Key == "eval/accuracy").Select(m => m.Step));
        Assert.All(logged.Metrics, m => Assert.True(double.IsFinite(m.Value) && m.Timestamp > 1_600_000_000_000));
    }

    [Fact]
    public async Task Export_ASecondTime_AddsNothing()
    {
        await using var server = await MlflowStandIn.StartAsync();
        await run.AskedAsync("run", "export", FinishedRun.Name, "--mlflow", server.Address);
        await run.AskedAsync("run", "watch", FinishedRun.Name, "--mlflow", server.Address);

        Assert.Equal(3, Assert.Single(server.Runs).Metrics.Count(m => m.Key == "train/loss"));
    }

    [Fact]
    public async Task Export_WhereNobodyAnswers_SaysSo()
    {
        var (code, _, error) = await run.AskAsync("run", "export", FinishedRun.Name, "--mlflow", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.Unreachable, code);
        Assert.Contains("cannot reach MLflow at http://127.0.0.1:1/", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_WhereTheServerRefuses_SaysWhatItSaid()
    {
        await using var server = await MlflowStandIn.StartAsync();
        server.Authorization = "Bearer other";

        var (code, _, error) = await run.AskAsync("run", "export", FinishedRun.Name, "--mlflow", server.Address);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("refused experiments/create (401): who are you?", error, StringComparison.Ordinal);
    }

    /// <summary>A run that is watched: rounds come as they end, each once, though each comes twice in the stream.</summary>
    [Fact]
    public async Task Feed_OfAnOpenRun_SendsEachRoundOnceTheNextIsThere()
    {
        await using var server = await MlflowStandIn.StartAsync();
        await using var sink = new MlflowTracking(MlflowTracking.Client(server.Address), "e", new FakeTimeProvider());
        var feed = new RunFeed(null!, "r", sink);
        var open = new Run { RunId = "r", Name = "n", SpecJson = "{}", Round = 2, Status = RunStatus.Open };
        await feed.TakeAsync(new GetRunReply { Run = open, Rounds = { Published(1, 0.1), new Round { Number = 2, Status = RoundStatus.Fitting } } }, default);
        Assert.Equal([(1L, 0.1)], Accuracies(server));

        await feed.TakeAsync(new WatchRunReply { Round = new Round { Number = 2, Status = RoundStatus.Published, Version = 2 } }, default);
        await feed.TakeAsync(new WatchRunReply { Round = Published(2, 0.2) }, default);
        Assert.Single(Accuracies(server));
        await feed.TakeAsync(new WatchRunReply { Round = new Round { Number = 3, Status = RoundStatus.Void } }, default);
        await feed.TakeAsync(new WatchRunReply { Round = Published(4, 0.4) }, default);
        Assert.Equal([(1L, 0.1), (2L, 0.2)], Accuracies(server));

        var over = new Run(open) { Status = RunStatus.Stopped, Round = 4 };
        await feed.TakeAsync(new GetRunReply { Run = over, Rounds = { Published(1, 0.1), Published(2, 0.2), Published(4, 0.4) } }, default);
        Assert.Equal([(1L, 0.1), (2L, 0.2), (4L, 0.4)], Accuracies(server));
        Assert.Equal("KILLED", server.Runs[0].Status);
    }

    private static Round Published(int number, double accuracy) => new() { Number = number, Status = RoundStatus.Published, Version = number, EvalMetrics = { ["accuracy"] = accuracy } };

    private static IEnumerable<(long, double)> Accuracies(MlflowStandIn server) => server.Runs[0].Metrics.Where(m => m.Key == "eval/accuracy").Select(m => (m.Step, m.Value));
}
