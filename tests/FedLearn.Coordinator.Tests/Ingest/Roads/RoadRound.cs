using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest.Roads;

/// <summary>A run of a large vector with round 1 open, one client in it, and that client's plain HTTP.</summary>
internal sealed class RoadRound : IAsyncDisposable
{
    private RoadRound(TestCoordinator coordinator, TestClient client, UpdateHeader header, float[] delta)
    {
        (Coordinator, Client, Header, Delta) = (coordinator, client, header, delta);
        Http = new HttpClient(coordinator.NewHandler());
    }

    public TestCoordinator Coordinator { get; }

    public TestClient Client { get; }

    public UpdateHeader Header { get; }

    public float[] Delta { get; }

    public byte[] Bytes => MemoryMarshal.AsBytes(Delta.AsSpan()).ToArray();

    public HttpClient Http { get; }

    public static async Task<RoadRound> OpenAsync(Func<CoordinatorOptions, CoordinatorOptions>? with = null, int elements = 1_000_000, bool tls = false)
    {
        var coordinator = await TestCoordinator.StartAsync(with: with, tls: tls);
        var spec = TestCoordinator.Spec(elements, more: """ "stop": { "rounds": 1 }, "cohort": { "count": 1, "minimum": 1 }, "evaluation": { "everyRounds": 0 }, """);
        await coordinator.CreateRunAsync(spec);
        var client = await coordinator.JoinAsync("a");
        await client.WatchAsync();
        var random = new Random(7);
        float[] delta = [.. Enumerable.Range(0, elements).Select(_ => (float)random.NextDouble())];
        var header = TestClient.Header(await client.NextFitAsync(), RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash, delta, 5);
        return new RoadRound(coordinator, client, header, delta);
    }

    public async Task<Upload> OpenUploadAsync() =>
        (await Client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = Header }, Client.Headers)).Upload;

    public async Task<Road> RoadToModelAsync(int version)
    {
        using var call = Client.Calls.GetModel(new GetModelRequest { RunId = Header.RunId, Version = version, PreferRoad = true }, Client.Headers);
        await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        return call.ResponseStream.Current.Road;
    }

    public HttpRequestMessage Put(Upload upload, long offset, int? bytes = null)
    {
        var rest = Bytes.AsMemory((int)offset);
        var request = new HttpRequestMessage(HttpMethod.Put, upload.Road.Url) { Content = new ReadOnlyMemoryContent(rest[..(bytes ?? rest.Length)]) };
        request.Content.Headers.ContentRange = new ContentRangeHeaderValue(offset, Bytes.Length - 1, Bytes.Length);
        request.Headers.Add("authorization", Client.Headers.GetValue("authorization"));
        request.Headers.Add("fedlearn-ticket", upload.Road.Ticket);
        request.Headers.ExpectContinue = true;
        return request;
    }

    public async Task<HttpResponseMessage> PutAsync(Upload upload, long offset, int? bytes = null)
    {
        using var request = Put(upload, offset, bytes);
        return await Http.SendAsync(request);
    }

    public async Task<HttpResponseMessage> GetAsync(Road road, string? range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, road.Url);
        request.Headers.Add("authorization", Client.Headers.GetValue("authorization"));
        if (range is not null)
        {
            request.Headers.TryAddWithoutValidation("range", range);
        }

        return await Http.SendAsync(request);
    }

    /// <summary>Makes one thing of a good PUT wrong.</summary>
    public async Task SpoilAsync(HttpRequestMessage put, string what)
    {
        var headers = put.Headers;
        switch (what)
        {
            case "no token": headers.Remove("authorization"); break;
            case "another token": Replace("authorization", $"Bearer {new string('0', 64)}"); break;
            case "another client":
                using (var other = await Coordinator.JoinAsync("b"))
                {
                    Replace("authorization", other.Headers.GetValue("authorization")!);
                }

                break;
            case "no ticket": headers.Remove("fedlearn-ticket"); break;
            case "another ticket": Replace("fedlearn-ticket", new string('0', 64)); break;
            case "another upload": put.RequestUri = new Uri(put.RequestUri + "0"); break;
            case "no range": put.Content!.Headers.ContentRange = null; break;
            case "another length": put.Content!.Headers.ContentRange = new ContentRangeHeaderValue(0, Bytes.Length, Bytes.Length + 1); break;
            case "another offset": put.Content!.Headers.ContentRange = new ContentRangeHeaderValue(1 << 20, Bytes.Length - 1, Bytes.Length); break;
            case "too many bytes": SetBody([.. Bytes, 0, 0, 0, 0]); break;
            case "changed byte": SetBody([.. Bytes[..^4], 0, 0, 0, 0]); break;
            case "not finite": SetBody([.. Bytes[..8], 0, 0, 0xC0, 0x7F, .. Bytes[12..]]); break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }

        void Replace(string name, string value)
        {
            headers.Remove(name);
            headers.Add(name, value);
        }

        void SetBody(byte[] bytes)
        {
            put.Content = new ByteArrayContent(bytes);
            put.Content.Headers.ContentRange = new ContentRangeHeaderValue(0, Bytes.Length - 1, Bytes.Length);
        }
    }

    public static async Task<Receipt> ReceiptAsync(HttpResponseMessage reply)
    {
        var body = await reply.Content.ReadAsByteArrayAsync();
        Assert.True(reply.IsSuccessStatusCode, System.Text.Encoding.UTF8.GetString(body));
        Assert.Equal("application/x-protobuf", reply.Content.Headers.ContentType!.MediaType);
        return PushUpdateReply.Parser.ParseFrom(body).Receipt;
    }

    public static void AssertRefused(HttpResponseMessage reply, StatusCode status, string text)
    {
        Assert.False(reply.IsSuccessStatusCode);
        Assert.Equal(((int)status).ToString(), reply.Headers.GetValues("grpc-status").Single());
        Assert.Contains(text, Uri.UnescapeDataString(reply.Headers.GetValues("grpc-message").Single()), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Client.Dispose();
        await Coordinator.DisposeAsync();
    }
}
