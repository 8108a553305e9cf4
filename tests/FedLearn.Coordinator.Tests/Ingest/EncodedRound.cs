using System.Net.Http.Headers;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest;

/// <summary>A run of one round with an encoding, opened for one client, and an update of it as bytes.</summary>
internal sealed record EncodedRound(TestCoordinator Coordinator, TestClient Client, FitAssignment Fit, RunSpec Spec, byte[] Bytes) : IAsyncDisposable
{
    public IVectorEncoding Encoding => VectorEncodings.Of(Spec.Client);

    private int Elements => (int)Spec.Model.Manifest.ElementCount;

    public static async Task<EncodedRound> OpenAsync(string client, int elements, string more = "")
    {
        var coordinator = await TestCoordinator.StartAsync();
        var spec = TestCoordinator.Spec(elements, more: $$""" "client": {{{client}}}, "stop": { "rounds": 1 }, "evaluation": { "everyRounds": 0 }, {{more}} """);
        await coordinator.CreateRunAsync(spec);
        var participant = await coordinator.JoinAsync("a");
        await participant.WatchAsync();
        var random = new Random(7);
        var read = RunSpecParser.Parse(spec).Spec!;
        float[] delta = [.. Enumerable.Range(0, elements).Select(_ => (float)(random.NextDouble() - 0.5))];
        return new(coordinator, participant, await participant.NextFitAsync(), read, VectorEncodings.Of(read.Client).Encode(delta));
    }

    public UpdateHeader Header(byte[] bytes)
    {
        var header = TestClient.Header(Fit, Spec.Model.Manifest.Hash, [], 5);
        header.Parts[0] = new UpdatePart
        {
            Name = "delta",
            Encoding = Encoding.Kind.ToWire(),
            ByteLength = bytes.Length,
            Digest = ByteString.CopyFrom(BlockDigest.Of(bytes)),
        };
        return header;
    }

    public async Task<Upload> OpenUploadAsync() =>
        (await Client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = Header(Bytes) }, Client.Headers)).Upload;

    public async Task<Receipt> PushAsync(UpdateHeader header, byte[] bytes) => await SendAsync(new PushUpdateRequest { Header = header }, bytes, 0, bytes.Length);

    /// <summary>Sends the bytes [from, to) in chunks that are cut anywhere.</summary>
    public async Task<Receipt> SendAsync(PushUpdateRequest first, byte[] bytes, int from, int to)
    {
        using var call = Client.Calls.PushUpdate(Client.Headers);
        await call.RequestStream.WriteAsync(first);
        for (var at = from; at < to; at += 100_003)
        {
            try
            {
                var data = ByteString.CopyFrom(bytes, at, Math.Min(100_003, to - at));
                await call.RequestStream.WriteAsync(new PushUpdateRequest { Chunk = new Chunk { Offset = at, Data = data } });
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException)
            {
                break; // It is answered already.
            }
        }

        await call.RequestStream.CompleteAsync();
        return (await call).Receipt;
    }

    public async Task<HttpResponseMessage> PutAsync(Upload upload)
    {
        using var http = new HttpClient(Coordinator.NewHandler());
        using var request = new HttpRequestMessage(HttpMethod.Put, upload.Road.Url) { Content = new ByteArrayContent(Bytes[(int)upload.Offset..]) };
        request.Content.Headers.ContentRange = new ContentRangeHeaderValue(upload.Offset, Bytes.Length - 1, Bytes.Length);
        request.Headers.Add("authorization", Client.Headers.GetValue("authorization"));
        request.Headers.Add("fedlearn-ticket", upload.Road.Ticket);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The good update is the step from zero to version 1, to the bit.</summary>
    public async Task AssertPublishedAsync()
    {
        await Client.RunOverAsync();
        Assert.Equal(Encoding.Decode(Bytes, Elements), await Client.GetModelAsync(Fit.RunId, 1));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Coordinator.DisposeAsync();
    }
}
