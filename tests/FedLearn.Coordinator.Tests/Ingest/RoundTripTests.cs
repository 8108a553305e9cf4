using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Tests.Ingest;

public class RoundTripTests
{
    private const string TwoClientsTwoRounds = """
        "cohort": { "minimum": 2 }, "closing": { "minUpdates": 2 }, "stop": { "rounds": 2 }, "evaluation": { "everyRounds": 1 },
        """;

    [Fact]
    public async Task Run_TwoClientsTwoRounds_PublishesTheWeightedMeans()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var spec = TestCoordinator.Spec(more: TwoClientsTwoRounds);
        var run = await coordinator.CreateRunAsync(spec);
        using var a = await coordinator.JoinAsync("a");
        using var b = await coordinator.JoinAsync("b");
        await a.WatchAsync();
        await b.WatchAsync();
        var hash = RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash;

        var expected = new float[4];
        for (var round = 1; round <= 2; round++)
        {
            float[] deltaA = [1, 2, 3, 4], deltaB = [5, 6, 7, round];
            var fitA = await a.NextFitAsync();
            var fitB = await b.NextFitAsync();
            Assert.Equal((round, round - 1), (fitA.Round, fitA.BaseVersion));
            Assert.Equal(expected, await a.GetModelAsync(run.RunId, fitA.BaseVersion));

            var receipt = await a.PushAsync(TestClient.Header(fitA, hash, deltaA, 1), deltaA);
            Assert.Equal("a", receipt.ClientId);
            await b.PushAsync(TestClient.Header(fitB, hash, deltaB, 3), deltaB);

            for (var i = 0; i < 4; i++)
            {
                expected[i] = (float)(expected[i] + (((double)deltaA[i] + (3.0 * deltaB[i])) / 4));
            }

            foreach (var client in new[] { a, b })
            {
                var evaluate = await client.NextEvaluateAsync();
                var parameters = await client.GetModelAsync(run.RunId, evaluate.Version);
                Assert.Equal(expected, parameters);
                Assert.Equal(BlockDigest.Of(MemoryMarshal.AsBytes(parameters.AsSpan())), evaluate.Digest.ToByteArray());
                await client.Calls.ReportEvaluationAsync(
                    new ReportEvaluationRequest { RunId = run.RunId, Round = round, Version = evaluate.Version, NumExamples = client == a ? 1 : 3, Metrics = { ["loss"] = client == a ? 1 : 2 } },
                    client.Headers);
            }
        }

        var details = await coordinator.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId }, coordinator.Operator);
        Assert.Equal(RunStatus.Completed, details.Run.Status);
        Assert.Equal(2, details.Run.Version);
        Assert.All(details.Rounds, r => Assert.Equal(RoundStatus.Published, r.Status));
        Assert.All(details.Rounds, r => Assert.Equal(1.75, r.EvalMetrics["loss"]));
        Assert.All(details.Rounds, r => Assert.Equal(2, r.Accepted));
    }

    [Fact]
    public async Task Run_CoordinatorRestartsInMidRound_KeepsTheAcceptedUpdate()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var spec = TestCoordinator.Spec(more: TwoClientsTwoRounds);
        var run = await coordinator.CreateRunAsync(spec);
        var hash = RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash;
        using var a = await coordinator.JoinAsync("a");
        using var b = await coordinator.JoinAsync("b");
        await a.WatchAsync();
        await b.WatchAsync();
        float[] delta = [2, 2, 2, 2];
        var header = TestClient.Header(await a.NextFitAsync(), hash, delta, 1);
        var first = await a.PushAsync(header, delta);

        await coordinator.RestartAsync();

        Assert.DoesNotContain(await a.WatchAsync(), m => m.Fit is not null);
        Assert.Equal(first, await a.PushAsync(header, delta));
        var again = Assert.Single(await b.WatchAsync(), m => m.Fit is not null).Fit;
        await b.PushAsync(TestClient.Header(again, hash, delta, 1), delta);
        await a.NextEvaluateAsync();
        Assert.Equal(delta, await a.GetModelAsync(run.RunId, 1));
    }
}
