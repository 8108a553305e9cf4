using System.Diagnostics;
using System.Threading.Channels;
using FedLearn.Benchmarks.Update.Roles;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Benchmarks.Update.Sdk;

/// <summary>What an operator sees of the one run: when each round was published.</summary>
internal sealed class PublishedRounds : IAsyncDisposable
{
    private readonly Channel<long> _published = Channel.CreateUnbounded<long>();
    private readonly CancellationTokenSource _stop = new();
    private readonly GrpcChannel _channel;
    private readonly Task _watching;

    public PublishedRounds(CoordinatorProcess coordinator, ServerCertificate? certificate)
    {
        _channel = GrpcChannel.ForAddress(coordinator.Address, new GrpcChannelOptions { HttpHandler = Handlers.Create(certificate) });
        _watching = WatchAsync(new Runs.RunsClient(_channel), new Metadata { { "authorization", $"Bearer {coordinator.OperatorToken}" } });
    }

    /// <summary>When the next round was published (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public Task<long> NextAsync() => _published.Reader.ReadAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _channel.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync(Runs.RunsClient runs, Metadata headers)
    {
        try
        {
            var run = (await runs.ListRunsAsync(new ListRunsRequest(), headers)).Runs.Single();
            using var call = runs.WatchRun(new WatchRunRequest { RunId = run.RunId }, headers, cancellationToken: _stop.Token);
            for (var newest = 0; await call.ResponseStream.MoveNext(_stop.Token);)
            {
                if (call.ResponseStream.Current.Round is { Status: RoundStatus.Published } round && round.Number > newest)
                {
                    newest = round.Number;
                    _published.Writer.TryWrite(Stopwatch.GetTimestamp());
                }
            }
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            _published.Writer.TryComplete(e);
        }
    }
}
