using System.Diagnostics;
using System.Net;
using FedLearn.Benchmarks.Update.Roles;
using FedLearn.Protocol.V1;
using Grpc.Net.Client;

namespace FedLearn.Benchmarks.Update.Clients;

/// <summary>All participants of a run, in this process.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly List<GrpcChannel> _channels = [];
    private readonly List<HttpClient> _https = [];
    private Assigned[] _open = [];

    private Fleet()
    {
    }

    public IReadOnlyList<Participant> Participants { get; private set; } = [];

    /// <summary>Joins so many participants and waits for the first round.</summary>
    /// <param name="coordinator">Where.</param>
    /// <param name="count">How many.</param>
    /// <param name="certificate">The certificate to trust; null without TLS.</param>
    /// <param name="connections">The gRPC channels that they share; null: one each.</param>
    public static Task<Fleet> JoinAsync(CoordinatorProcess coordinator, int count, ServerCertificate? certificate, int? connections = null) =>
        JoinAsync(coordinator, count, connections ?? count, _ => Handlers.Create(certificate));

    /// <summary>The same, each with a certificate of its own.</summary>
    public static Task<Fleet> JoinAsync(CoordinatorProcess coordinator, EnrolledClients clients) =>
        JoinAsync(coordinator, clients.Count, clients.Count, clients.CreateHandler);

    private static async Task<Fleet> JoinAsync(CoordinatorProcess coordinator, int count, int connections, Func<int, HttpMessageHandler> newHandler)
    {
        var fleet = new Fleet();
        for (var i = 0; i < connections; i++)
        {
            fleet._channels.Add(GrpcChannel.ForAddress(coordinator.Address, new GrpcChannelOptions { HttpHandler = newHandler(i) }));
            fleet._https.Add(new HttpClient(newHandler(i)) { DefaultRequestVersion = HttpVersion.Version11, Timeout = Timeout.InfiniteTimeSpan });
        }

        fleet.Participants = [.. Enumerable.Range(0, count).Select(fleet.NewParticipant)];
        foreach (var some in fleet.Participants.Chunk(64))
        {
            await Task.WhenAll(some.Select(p => p.JoinAsync()));
        }

        await fleet.NextRoundAsync();
        return fleet;
    }

    /// <summary>The open round's assignment of a participant.</summary>
    public FitAssignment AssignmentOf(int participant) => _open[participant].Fit;

    /// <summary>Waits until everyone has the next round's assignment.</summary>
    /// <returns>When the last one arrived.</returns>
    public async Task<long> NextRoundAsync()
    {
        _open = await Task.WhenAll(Participants.Select(p => p.NextAsync().AsTask()));
        return _open.Max(a => a.At);
    }

    /// <summary>Whether the coordinator offers the HTTP road for its model.</summary>
    public Task<bool> OffersRoadAsync() => Downloads.OffersRoadAsync(Participants[0], AssignmentOf(0));

    /// <summary>Everyone downloads the base version at once.</summary>
    /// <param name="download">How; returns the bytes received.</param>
    /// <param name="length">The bytes expected.</param>
    public Task DownloadAsync(Func<Participant, FitAssignment, Task<long>> download, long length) =>
        Task.WhenAll(Participants.Select((p, i) => Task.Run(async () =>
        {
            var received = await download(p, AssignmentOf(i));
            if (received != length)
            {
                throw new BenchmarkException($"{received} bytes of the model came, {length} were expected");
            }
        })));

    /// <summary>One round: everyone uploads, and then has the next round's assignment.</summary>
    /// <param name="road">How.</param>
    /// <param name="payloads">Each one's update.</param>
    /// <param name="atOnce">How many at once; null: all.</param>
    /// <returns>Seconds to the last receipt, and to the last notice of the next version.</returns>
    public async Task<(double Receipts, double Published)> RoundAsync(IUploadRoad road, IReadOnlyList<Payload> payloads, int? atOnce = null)
    {
        var headers = Participants.Select((p, i) => p.HeaderOf(AssignmentOf(i), payloads[i])).ToArray();
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, headers.Length),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce ?? headers.Length },
            async (i, _) => await road.SendAsync(Participants[i], headers[i], payloads[i]));
        var receipts = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (receipts, Stopwatch.GetElapsedTime(start, await NextRoundAsync()).TotalSeconds);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var participant in Participants)
        {
            await participant.DisposeAsync();
        }

        _channels.ForEach(c => c.Dispose());
        _https.ForEach(h => h.Dispose());
    }

    /// <summary>A participant's id.</summary>
    public static string NameOf(int number) => $"client-{number:0000}";

    private Participant NewParticipant(int number)
    {
        var connection = number % _channels.Count;
        return new Participant(NameOf(number), new Federation.FederationClient(_channels[connection]), _https[connection]);
    }
}
