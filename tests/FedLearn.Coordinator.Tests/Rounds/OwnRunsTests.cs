using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Rounds;

/// <summary>A run is there for the clients that its spec names. For any other participant it does not exist.</summary>
public sealed class OwnRunsTests
{
    private const string Nobody = "nobody-00000000";

    private static readonly string s_spec = TestCoordinator.Spec(more: """ "cohort": { "clients": "hospital-*, lab" }, "stop": { "rounds": 1 }, "evaluation": { "everyRounds": 0 }, """);

    [Fact]
    public async Task Run_OfOthers_IsNotTold()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using TestClient before = await coordinator.JoinAsync("bank-1"), after = await coordinator.JoinAsync("bank-2"), own = await coordinator.JoinAsync("hospital-1");
        await before.WatchAsync();
        await coordinator.CreateRunAsync(s_spec);
        var open = await coordinator.CreateRunAsync(TestCoordinator.Spec(name: "open"));

        Assert.Equal(open.RunId, (await before.NextAsync()).Run.RunId);
        Assert.Equal(open.RunId, Assert.Single(await after.WatchAsync(), m => m.Run is not null).Run.RunId);
        Assert.Equal(2, (await own.WatchAsync()).Count(m => m.Run is not null));
    }

    [Fact]
    public async Task EveryCall_AboutARunOfOthers_IsAnsweredAsIfThereWereNone()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var run = (await coordinator.CreateRunAsync(s_spec)).RunId;
        using TestClient own = await coordinator.JoinAsync("lab"), other = await coordinator.JoinAsync("bank");
        await own.WatchAsync();
        var fit = await own.NextFitAsync();
        float[] delta = [1, 2, 3, 4];
        var header = TestClient.Header(fit, RunSpecParser.Parse(s_spec).Spec!.Model.Manifest.Hash, delta, 10);

        foreach (var (name, call) in Calls(other, header, delta))
        {
            Assert.Equal((name, await RefusalAsync(call, Nobody)), (name, (await RefusalAsync(call, run)).Replace(run, Nobody, StringComparison.Ordinal)));
        }

        await own.PushAsync(header, delta);
        await own.RunOverAsync();
        foreach (var (name, call) in Calls(other, header, delta))
        {
            Assert.Equal((name, await RefusalAsync(call, Nobody)), (name, (await RefusalAsync(call, run)).Replace(run, Nobody, StringComparison.Ordinal)));
        }

        Assert.Equal(delta, await own.GetModelAsync(run, 1));
    }

    private static IEnumerable<(string Name, Func<string, Task> Call)> Calls(TestClient client, UpdateHeader header, float[] delta)
    {
        UpdateHeader For(string run) => new(header) { RunId = run };
        yield return ("AnswerRun", async run => await client.Calls.AnswerRunAsync(new AnswerRunRequest { RunId = run }, client.Headers));
        yield return ("decline", async run => await client.Calls.AnswerRunAsync(new AnswerRunRequest { RunId = run, Round = 1, Stage = Stage.Fit, DeclineReason = "no" }, client.Headers));
        yield return ("GetModel", run => client.GetModelAsync(run, 0));
        yield return ("OpenUpdate", async run => await client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = For(run) }, client.Headers));
        yield return ("PushUpdate", run => client.PushAsync(For(run), delta));
        yield return ("GetRound", async run => await client.Calls.GetRoundAsync(new GetRoundRequest { RunId = run, Round = 1 }, client.Headers));
        yield return ("GetManifests", async run => await client.Calls.GetManifestsAsync(new GetManifestsRequest { RunId = run }, client.Headers));
        yield return ("GetReceiptProof", async run => await client.Calls.GetReceiptProofAsync(new GetReceiptProofRequest { RunId = run, Round = 1 }, client.Headers));
        yield return ("ReportEvaluation", async run => await client.Calls.ReportEvaluationAsync(new ReportEvaluationRequest { RunId = run, Round = 1, NumExamples = 1 }, client.Headers));
    }

    private static async Task<string> RefusalAsync(Func<string, Task> call, string run)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => call(run));
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        return refused.Status.Detail;
    }
}
