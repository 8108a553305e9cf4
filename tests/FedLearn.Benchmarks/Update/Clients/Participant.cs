using System.Diagnostics;
using System.Threading.Channels;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Benchmarks.Update.Clients;

/// <summary>A fit assignment, and when it arrived (<see cref="Stopwatch.GetTimestamp"/>).</summary>
internal sealed record Assigned(FitAssignment Fit, long At);

/// <summary>A participant that speaks the protocol and does nothing else: it joins, watches, accepts every run, and hands assignments out.</summary>
internal sealed class Participant(string id, Federation.FederationClient api, HttpClient http) : IAsyncDisposable
{
    private readonly Channel<Assigned> _assignments = Channel.CreateUnbounded<Assigned>();
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public string Id => id;

    /// <summary>The stubs, as generated.</summary>
    public Federation.FederationClient Api => api;

    /// <summary>The client for the other road.</summary>
    public HttpClient Http => http;

    /// <summary>What the authorization header says.</summary>
    public string Authorization { get; private set; } = "";

    public Metadata Headers => new() { { "authorization", Authorization } };

    public string ManifestHash { get; private set; } = "";

    public string RunId { get; private set; } = "";

    /// <summary>Joins and begins to watch.</summary>
    public async Task JoinAsync()
    {
        var reply = await api.JoinAsync(new JoinRequest { ClientId = id, ProtocolVersion = 1, Software = "benchmark" });
        Authorization = $"Bearer {reply.Token}";
        _watching = WatchAsync();
    }

    /// <summary>Waits for the next assignment.</summary>
    public ValueTask<Assigned> NextAsync() => _assignments.Reader.ReadAsync();

    /// <summary>What an update says of itself.</summary>
    public UpdateHeader HeaderOf(FitAssignment fit, Payload payload) => HeaderOf(fit, payload.Length, payload.Digest);

    /// <summary>The same, of a vector that is not here.</summary>
    public UpdateHeader HeaderOf(FitAssignment fit, long length, byte[] digest) => new()
    {
        RunId = fit.RunId,
        Round = fit.Round,
        BaseVersion = fit.BaseVersion,
        BaseDigest = fit.BaseDigest,
        ManifestHash = ManifestHash,
        NumExamples = 100,
        Steps = 1,
        Metrics = { ["loss"] = 0.5 },
        Parts = { new UpdatePart { Name = "delta", Encoding = Encoding.F32, ByteLength = length, Digest = ByteString.CopyFrom(digest) } },
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            using var call = api.Watch(new WatchRequest(), Headers, cancellationToken: _stop.Token);
            while (await call.ResponseStream.MoveNext(_stop.Token))
            {
                var at = Stopwatch.GetTimestamp();
                await TakeAsync(call.ResponseStream.Current, at);
            }

            _assignments.Writer.TryComplete(new BenchmarkException($"the coordinator ended the Watch stream of {id}"));
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            _assignments.Writer.TryComplete(e);
        }
    }

    private async Task TakeAsync(WatchReply reply, long at)
    {
        switch (reply.EventCase)
        {
            case WatchReply.EventOneofCase.Run:
                (RunId, ManifestHash) = (reply.Run.RunId, reply.Run.Manifest.Hash);
                await api.AnswerRunAsync(new AnswerRunRequest { RunId = RunId }, Headers);
                break;
            case WatchReply.EventOneofCase.Fit:
                _assignments.Writer.TryWrite(new Assigned(reply.Fit, at));
                break;
        }
    }
}
