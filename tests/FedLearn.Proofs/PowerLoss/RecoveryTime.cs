using System.Diagnostics;
using FedLearn.Coordinator;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Proofs.PowerLoss;

/// <summary>
/// Measures a start on a real disk that is full of open uploads: until the coordinator serves, and until every client knows at which offset
/// its upload goes on.
/// </summary>
internal sealed class RecoveryTime : IAsyncDisposable
{
    private const int Clients = 4;
    private const int Chunk = 1 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-recovery-").FullName;
    private readonly Dictionary<string, (Metadata Headers, UpdateHeader Header)> _clients = [];
    private CoordinatorHost? _host;
    private GrpcChannel? _channel;

    private Protocol.V1.Federation.FederationClient Calls => new(_channel);

    /// <summary>Leaves uploads open that hold so many bytes in all, kills the coordinator, and starts it again.</summary>
    /// <returns>The time, and the bytes that the clients need not send again.</returns>
    public async Task<(TimeSpan Time, long Kept)> MeasureAsync(long bytes)
    {
        var each = bytes / Clients / Chunk * Chunk;
        await StartAsync().ConfigureAwait(false);
        await CreateRunAsync((each / sizeof(float)) + 1).ConfigureAwait(false);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => JoinAsync($"c{i}"))).ConfigureAwait(false);
        await Task.WhenAll(_clients.Values.Select(c => SendAsync(c.Headers, c.Header, each))).ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);

        var watch = Stopwatch.StartNew();
        await StartAsync().ConfigureAwait(false);
        var offsets = await Task.WhenAll(_clients.Values.Select(c => OffsetAsync(c.Headers, c.Header))).ConfigureAwait(false);
        return (watch.Elapsed, offsets.Sum());
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        _host = await CoordinatorHost.StartAsync(new CoordinatorOptions
        {
            DataFolder = _folder,
            StorageKeyFile = Federation.Machine.StorageKeyFile,
            Insecure = true,
            Listen = "http://127.0.0.1:0",
            Operations = "http://127.0.0.1:0",
            Vectors = "",
        }).ConfigureAwait(false);
        _channel = GrpcChannel.ForAddress(_host.Address);
    }

    /// <summary>Nothing is drained: as after a kill.</summary>
    private async Task StopAsync()
    {
        _channel?.Dispose();
        if (_host is { } host)
        {
            _host = null;
            await host.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task CreateRunAsync(long elements)
    {
        using var call = new Runs.RunsClient(_channel).CreateRun(Federation.Calls.Bearer(File.ReadAllText(_host!.OperatorTokenFile).Trim()));
        await call.RequestStream.WriteAsync(new CreateRunRequest
        {
            SpecJson = $$"""
                { "name": "open", "cohort": { "minimum": {{Clients}} },
                  "model": { "kind": "custom", "tensors": [ { "name": "w", "shape": [{{elements}}] } ] } }
                """,
        }).ConfigureAwait(false);
        await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        await call.ResponseAsync.ConfigureAwait(false);
    }

    /// <summary>Joins, and waits for the round.</summary>
    private async Task JoinAsync(string id)
    {
        var joined = await Calls.JoinAsync(new JoinRequest { ClientId = id, ProtocolVersion = 1 });
        var headers = Federation.Calls.Bearer(joined.Token);
        using var watch = Calls.Watch(new WatchRequest(), headers);
        RunAnnouncement run = new();
        while (await watch.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
        {
            if (watch.ResponseStream.Current.Run is { } announced)
            {
                run = announced;
                await Calls.AnswerRunAsync(new AnswerRunRequest { RunId = run.RunId }, headers);
            }
            else if (watch.ResponseStream.Current.Fit is { } fit)
            {
                lock (_clients)
                {
                    _clients[id] = (headers, HeaderOf(fit, run));
                }

                return;
            }
        }
    }

    /// <summary>Sends all but the last value, and loses the connection.</summary>
    private async Task SendAsync(Metadata headers, UpdateHeader header, long bytes)
    {
        var zeros = UnsafeByteOperations.UnsafeWrap(new byte[Chunk]);
        using var call = Calls.PushUpdate(headers);
        await call.RequestStream.WriteAsync(new PushUpdateRequest { Header = header }).ConfigureAwait(false);
        for (var at = 0L; at < bytes; at += Chunk)
        {
            await call.RequestStream.WriteAsync(new PushUpdateRequest { Chunk = new Protocol.V1.Chunk { Offset = at, Data = zeros } }).ConfigureAwait(false);
        }

        // The stream ends early: the coordinator has taken every byte by the time that it refuses.
        await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        await call.ResponseAsync.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
    }

    private async Task<long> OffsetAsync(Metadata headers, UpdateHeader header) =>
        (await Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, headers)).Upload.Offset;

    private static UpdateHeader HeaderOf(FitAssignment fit, RunAnnouncement run) => new()
    {
        RunId = fit.RunId,
        Round = fit.Round,
        BaseVersion = fit.BaseVersion,
        BaseDigest = fit.BaseDigest,
        ManifestHash = run.Manifest.Hash,
        NumExamples = 1,
        Steps = 1,
        Parts =
        {
            new UpdatePart
            {
                Name = "delta",
                Encoding = Protocol.V1.Encoding.F32,
                ByteLength = run.Manifest.Tensors.Sum(t => t.Shape.Aggregate(1L, (n, d) => n * d)) * sizeof(float),
                Digest = ByteString.CopyFrom(new byte[32]),
            },
        },
    };
}
