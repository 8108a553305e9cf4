using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests;

/// <summary>A participant that speaks the protocol by hand, so that a test can say every wrong thing.</summary>
internal sealed class TestClient(string id, string token, TestCoordinator coordinator) : IDisposable
{
    private AsyncServerStreamingCall<WatchReply>? _watch;

    public string Id { get; } = id;

    public Metadata Headers { get; } = TestCoordinator.Bearer(token);

    public Federation.FederationClient Calls => coordinator.Federation;

    /// <summary>Opens the Watch stream, reads the full current state, and accepts every run in it.</summary>
    public Task<IReadOnlyList<WatchReply>> WatchAsync() => WatchWithAsync(new AnswerRunRequest());

    /// <summary>Likewise, with this answer to every run.</summary>
    public async Task<IReadOnlyList<WatchReply>> WatchWithAsync(AnswerRunRequest answer)
    {
        _watch?.Dispose();
        _watch = Calls.Watch(new WatchRequest(), Headers);
        var state = new List<WatchReply>();
        while (true)
        {
            var next = await NextAsync();
            if (next.EventCase == WatchReply.EventOneofCase.Synced)
            {
                return state;
            }

            state.Add(next);
            if (next.Run is { } run)
            {
                await Calls.AnswerRunAsync(new AnswerRunRequest(answer) { RunId = run.RunId }, Headers);
            }
        }
    }

    public async Task<WatchReply> NextAsync()
    {
        Assert.True(await _watch!.ResponseStream.MoveNext(TestContext.Current.CancellationToken), "the Watch stream ended");
        return _watch.ResponseStream.Current;
    }

    /// <summary>Skips to the next fit assignment.</summary>
    public async Task<FitAssignment> NextFitAsync()
    {
        while (true)
        {
            if ((await NextAsync()).Fit is { } fit)
            {
                return fit;
            }
        }
    }

    public async Task<EvaluateAssignment> NextEvaluateAsync()
    {
        while (true)
        {
            if ((await NextAsync()).Evaluate is { } evaluate)
            {
                return evaluate;
            }
        }
    }

    /// <summary>Waits for the end of the run.</summary>
    public async Task RunOverAsync()
    {
        while ((await NextAsync()).RunOver is null)
        {
        }
    }

    public async Task<float[]> GetModelAsync(string runId, int version, long offset = 0)
    {
        using var call = Calls.GetModel(new GetModelRequest { RunId = runId, Version = version, Offset = offset }, Headers);
        var bytes = new MemoryStream();
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            call.ResponseStream.Current.Chunk?.Data.WriteTo(bytes);
        }

        return MemoryMarshal.Cast<byte, float>(bytes.ToArray()).ToArray();
    }

    public static UpdateHeader Header(FitAssignment fit, string manifestHash, float[] delta, long examples) => new()
    {
        RunId = fit.RunId,
        Round = fit.Round,
        BaseVersion = fit.BaseVersion,
        BaseDigest = fit.BaseDigest,
        ManifestHash = manifestHash,
        NumExamples = examples,
        Steps = 1,
        Metrics = { ["loss"] = 0.5, ["baseLoss"] = 0.7 },
        Parts =
        {
            new UpdatePart
            {
                Name = "delta",
                Encoding = Encoding.F32,
                ByteLength = delta.Length * sizeof(float),
                Digest = ByteString.CopyFrom(BlockDigest.Of(MemoryMarshal.AsBytes(delta.AsSpan()))),
            },
        },
    };

    /// <summary>Sends an update in chunks of a given size.</summary>
    public async Task<Receipt> PushAsync(UpdateHeader header, float[] delta, int chunkSize = 256 << 10)
    {
        using var call = Calls.PushUpdate(Headers);
        await TrySendAsync(call.RequestStream, new PushUpdateRequest { Header = header });
        await SendChunksAsync(call.RequestStream, delta, 0, delta.Length * sizeof(float), chunkSize);
        await call.RequestStream.CompleteAsync();
        return (await call).Receipt;
    }

    /// <summary>Sends the bytes [from, to) of a delta.</summary>
    public static async Task SendChunksAsync(IClientStreamWriter<PushUpdateRequest> stream, float[] delta, int from, int to, int chunkSize)
    {
        var bytes = MemoryMarshal.AsBytes(delta.AsSpan()).ToArray();
        for (var at = from; at < to; at += chunkSize)
        {
            var chunk = new Chunk { Offset = at, Data = ByteString.CopyFrom(bytes, at, Math.Min(chunkSize, to - at)) };
            if (!await TrySendAsync(stream, new PushUpdateRequest { Chunk = chunk }))
            {
                return;
            }
        }
    }

    /// <summary>Sends a message; false where the coordinator has answered already: the call's result tells what.</summary>
    private static async Task<bool> TrySendAsync(IClientStreamWriter<PushUpdateRequest> stream, PushUpdateRequest message)
    {
        try
        {
            await stream.WriteAsync(message);
            return true;
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            return false;
        }
    }

    public void Dispose() => _watch?.Dispose();
}
