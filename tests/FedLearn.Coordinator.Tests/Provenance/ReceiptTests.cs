using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Tests.Provenance;

public sealed class ReceiptTests
{
    [Fact]
    public async Task Receipts_OfARound_VerifyByTheKeyOfJoinAndStayTheSame()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var spec = TestCoordinator.Spec(more: """ "cohort": { "minimum": 3 }, "closing": { "minUpdates": 3 }, "stop": { "rounds": 1 }, """);
        var run = await coordinator.CreateRunAsync(spec);
        var hash = RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash;
        var clients = new List<TestClient> { await coordinator.JoinAsync("a"), await coordinator.JoinAsync("b"), await coordinator.JoinAsync("c") };
        using var key = StatementKey.TryRead((await coordinator.Federation.JoinAsync(
            new JoinRequest { ClientId = "d", ProtocolVersion = 1 })).SigningKey.Span)!;
        clients.ForEach(c => Assert.NotNull(c.WatchAsync().GetAwaiter().GetResult()));
        var fits = await Task.WhenAll(clients.Select(c => c.NextFitAsync()));
        float[] delta = [1, 2, 3, 4];

        var receipts = await Task.WhenAll(clients.Zip(fits, (c, fit) => c.PushAsync(TestClient.Header(fit, hash, delta, 5), delta)));

        Assert.All(receipts, r => Assert.True(SignatureOf(r).IsOf(StatementOf(r), key)));
        Assert.All(receipts, r => Assert.False(SignatureOf(r).IsOf(StatementOf(r) with { NumExamples = 6 }, key)));
        Assert.Equal(receipts[0], await clients[0].PushAsync(TestClient.Header(fits[0], hash, delta, 5), delta));
        await coordinator.RestartAsync();
        Assert.Equal(receipts[1], await clients[1].PushAsync(TestClient.Header(fits[1], hash, delta, 5), delta));
        Assert.Equal(receipts[2], (await clients[2].Calls.GetRoundAsync(new GetRoundRequest { RunId = run.RunId, Round = 1 }, clients[2].Headers)).Receipt);
        clients.ForEach(c => c.Dispose());
    }

    private static ReceiptStatement StatementOf(Receipt r) => new(r.RunId, r.Round, r.ClientId, r.Digest.Memory, r.NumExamples, r.AcceptedUnixMs);

    private static ReceiptSignature SignatureOf(Receipt r) =>
        new(r.BatchIndex, r.BatchSize, [.. r.BatchPath.Select(h => new Sha256Value(h.Span))], r.Signature.ToByteArray());
}
