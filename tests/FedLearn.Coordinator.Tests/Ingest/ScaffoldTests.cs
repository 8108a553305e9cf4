using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest;

/// <summary>A scaffold run over the wire: updates of two parts, and the server's control with the base version.</summary>
public class ScaffoldTests
{
    private const string Settings = """
        "strategy": { "kind": "scaffold", "clients": 4, "serverMomentum": 0.5 }, "cohort": { "minimum": 2 }, "closing": { "minUpdates": 2 },
        "stop": { "rounds": 3 }, "evaluation": { "everyRounds": 0 }, "bounds": { "maxNorm": 1000000, "maxControlNorm": 100000 },
        """;

    [Theory]
    [InlineData(4)]
    [InlineData(300_000)]
    public async Task Rounds_WithARestart_MoveTheControlByASharePerClient(int elements)
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var federation = await OpenAsync(coordinator, elements);
        var control = new float[elements];
        for (var round = 1; round <= 3; round++)
        {
            var fits = await federation.NextFitsAsync();
            Assert.Equal(round == 1 ? 0 : 1, fits[0].BaseState.Count);
            if (round > 1)
            {
                var named = fits[0].BaseState.Single();
                var bytes = await GetStateAsync(federation.Clients[0], fits[0], "c");
                Assert.Equal(("c", ByteString.CopyFrom(BlockDigest.Of(bytes))), (named.Name, named.Digest));
                Assert.Equal(control, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
            }

            float[] a = Values(elements, round), b = Values(elements, -2);
            control = [.. control.Select((c, i) => c + ((a[i] + b[i]) / 4))];
            await federation.PushAsync(0, fits[0], Values(elements, 1), a);
            if (round == 2)
            {
                // The round goes on with the update that is there.
                await coordinator.RestartAsync();
                await federation.WatchAsync();
            }

            await federation.PushAsync(1, fits[1], Values(elements, 3), b);
        }

        await federation.Clients[0].RunOverAsync();

        // The mean delta is 2: with momentum 1/2 the model goes 2 + 3 + 3.5.
        Assert.All((await federation.Clients[0].GetModelAsync(federation.RunId, 3)).Zip(Values(elements, 8.5f)), v => Assert.Equal(v.Second, v.First, 1e-4f));
    }

    [Fact]
    public async Task GetModel_StateThatIsNotForClientsOrNotThere_IsNotFound()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var federation = await OpenAsync(coordinator, 4);
        var fits = await federation.NextFitsAsync();
        await AssertNotFoundAsync(federation.Clients[0], fits[0], "c");
        await federation.PushAsync(0, fits[0], Values(4, 1), Values(4, 1));
        await federation.PushAsync(1, fits[1], Values(4, 1), Values(4, 1));
        fits = await federation.NextFitsAsync();

        Assert.Equal(16, (await GetStateAsync(federation.Clients[0], fits[0], "c")).Length);
        await AssertNotFoundAsync(federation.Clients[0], fits[0], "m");
        await AssertNotFoundAsync(federation.Clients[0], fits[0], "../000000");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetModel_StateOfALargeModel_ComesOverTheRoadToo(bool tls)
    {
        const int elements = 300_000;
        await using var coordinator = await TestCoordinator.StartAsync(tls: tls);
        using var federation = await OpenAsync(coordinator, elements);
        var fits = await federation.NextFitsAsync();
        await federation.PushAsync(0, fits[0], Values(elements, 1), [.. Enumerable.Range(0, elements).Select(i => i / 8f / elements)]);
        await federation.PushAsync(1, fits[1], Values(elements, 1), Values(elements, 1));
        var (client, fit) = (federation.Clients[0], (await federation.NextFitsAsync())[0]);
        var expected = await GetStateAsync(client, fit, "c");
        using var http = new HttpClient(coordinator.NewHandler());

        using var call = client.Calls.GetModel(new GetModelRequest { RunId = fit.RunId, Version = fit.BaseVersion, State = "c", PreferRoad = true }, client.Headers);
        await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        var url = call.ResponseStream.Current.Road.Url;

        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(expected, await (await GetAsync(http, client, url)).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(expected[1_100_000..], await (await GetAsync(http, client, url, from: 1_100_000)).Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["5"], (await GetAsync(http, client, url[..^1] + "m")).Headers.GetValues("grpc-status")); // NOT_FOUND
        Assert.Equal(["16"], (await GetAsync(http, null, url)).Headers.GetValues("grpc-status")); // UNAUTHENTICATED
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient http, TestClient? caller, string url, long? from = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = from is null ? null : new(from, null);
        if (caller is not null)
        {
            request.Headers.Add("authorization", caller.Headers.GetValue("authorization"));
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("no control", "expected exactly 2, named 'delta', 'control', got [delta]")]
    [InlineData("order", "got [control, delta]")]
    [InlineData("length", "parts[1].byte_length: expected 16")]
    [InlineData("digest", "part 'control': the bytes' digest is")]
    [InlineData("nan", "NaN or Inf")]
    [InlineData("norm", "the control delta's L2 norm is 200000, the run allows 100000 at most (bounds.maxControlNorm)")]
    [InlineData("steps", "steps: strategy scaffold expects at least 1")]
    public async Task Push_BadControl_IsRefusedAndAGoodOneCounts(string what, string text)
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var federation = await OpenAsync(coordinator, 4);
        var fit = (await federation.NextFitsAsync())[0];
        var control = what switch { "nan" => [1, float.NaN, 1, 1], "norm" => [200_000f, 0, 0, 0], _ => Values(4, 1) };
        var header = federation.Header(fit, Values(4, 1), control);
        switch (what)
        {
            case "no control": header.Parts.RemoveAt(1); break;
            case "order": (header.Parts[0].Name, header.Parts[1].Name) = ("control", "delta"); break;
            case "length": header.Parts[1].ByteLength = 12; break;
            case "digest": header.Parts[1].Digest = ByteString.CopyFrom(new byte[32]); break;
            case "steps": header.Steps = 0; break;
            default: break;
        }

        var refused = await Assert.ThrowsAsync<RpcException>(() => federation.Clients[0].PushAsync(header, [.. Values(4, 1), .. control]));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains(text, refused.Status.Detail, StringComparison.Ordinal);
        await federation.PushAsync(0, fit, Values(4, 1), Values(4, 1));
    }

    private static async Task<byte[]> GetStateAsync(TestClient client, FitAssignment fit, string state)
    {
        using var call = client.Calls.GetModel(new GetModelRequest { RunId = fit.RunId, Version = fit.BaseVersion, State = state }, client.Headers);
        var bytes = new MemoryStream();
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            var reply = call.ResponseStream.Current;
            Assert.True(reply.Version is null || reply.Version.Digest.Equals(fit.BaseDigest));
            reply.Chunk?.Data.WriteTo(bytes);
        }

        return bytes.ToArray();
    }

    private static async Task AssertNotFoundAsync(TestClient client, FitAssignment fit, string state) =>
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => GetStateAsync(client, fit, state))).StatusCode);

    private static float[] Values(int count, float value) => [.. Enumerable.Repeat(value, count)];

    private static async Task<Federation> OpenAsync(TestCoordinator coordinator, int elements)
    {
        var spec = TestCoordinator.Spec(elements, more: Settings);
        var run = await coordinator.CreateRunAsync(spec);
        var federation = new Federation([await coordinator.JoinAsync("a"), await coordinator.JoinAsync("b")], run.RunId, RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash);
        await federation.WatchAsync();
        return federation;
    }

    private sealed record Federation(TestClient[] Clients, string RunId, string ManifestHash) : IDisposable
    {
        public async Task WatchAsync()
        {
            foreach (var client in Clients)
            {
                await client.WatchAsync();
            }
        }

        public async Task<FitAssignment[]> NextFitsAsync() => [await Clients[0].NextFitAsync(), await Clients[1].NextFitAsync()];

        public Task<Receipt> PushAsync(int client, FitAssignment fit, float[] delta, float[] control) =>
            Clients[client].PushAsync(Header(fit, delta, control), [.. delta, .. control]);

        public UpdateHeader Header(FitAssignment fit, float[] delta, float[] control)
        {
            var header = TestClient.Header(fit, ManifestHash, delta, 5);
            header.Parts.Add(TestClient.Header(fit, ManifestHash, control, 5).Parts[0]);
            header.Parts[1].Name = "control";
            return header;
        }

        public void Dispose() => Array.ForEach(Clients, c => c.Dispose());
    }
}
