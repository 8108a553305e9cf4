using System.Diagnostics;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Proofs.Hostile;

/// <summary>Clients that call at a steady pace, below their limit, and know how long each call took.</summary>
internal sealed class HonestCallers : IDisposable
{
    private const int Clients = 8;
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(20);

    private readonly GrpcChannel _channel;
    private readonly Federation.FederationClient _calls;
    private readonly List<Metadata> _headers = [];

    public HonestCallers(string address)
    {
        _channel = GrpcChannel.ForAddress(address);
        _calls = new Federation.FederationClient(_channel);
    }

    public async Task JoinAsync(string names)
    {
        for (var i = 1; i <= Clients; i++)
        {
            var reply = await _calls.JoinAsync(new JoinRequest { ClientId = $"{names}-{i}", ProtocolVersion = 1, Software = "hostile proof" });
            _headers.Add(new Metadata { { "authorization", $"Bearer {reply.Token}" } });
        }
    }

    /// <summary>Calls for a while; returns the 99th percentile of how long a call took, in milliseconds.</summary>
    /// <exception cref="RpcException">A call was refused.</exception>
    public async Task<double> CallForAsync(TimeSpan time)
    {
        var took = await Task.WhenAll(_headers.Select(h => Task.Run(() => CallAsync(h, time)))).ConfigureAwait(false);
        var all = took.SelectMany(t => t).Order().ToList();
        return all[(int)(0.99 * all.Count)];
    }

    public void Dispose() => _channel.Dispose();

    private async Task<List<double>> CallAsync(Metadata headers, TimeSpan time)
    {
        var took = new List<double>();
        using var pace = new PeriodicTimer(s_pace);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < time; await pace.WaitForNextTickAsync().ConfigureAwait(false))
        {
            var started = Stopwatch.GetTimestamp();
            await _calls.HeartbeatAsync(new HeartbeatRequest(), headers);
            took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return took;
    }
}
