using System.Diagnostics;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Proofs.Networks;

/// <summary>The operator's side of a proof, past every proxy: creates runs and follows them.</summary>
internal sealed class OperatorClient : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly Runs.RunsClient _runs;
    private readonly Metadata _token;

    public OperatorClient(string address, string tokenFile)
    {
        _channel = GrpcChannel.ForAddress(address);
        _runs = new Runs.RunsClient(_channel);
        _token = new Metadata { { "authorization", $"Bearer {File.ReadAllText(tokenFile).Trim()}" } };
    }

    /// <summary>A run of one vector whose rounds close on the full count: nothing in it depends on time.</summary>
    public static string Spec(string name, int parameters, int clients, int rounds, bool evaluates) => $$"""
        {
          "name": "{{name}}", "seed": 7,
          "model": { "kind": "{{SeededTrainer.ModelKind}}", "tensors": [ { "name": "w", "shape": [{{parameters}}], "init": { "kind": "normal", "std": 0.1 } } ] },
          "stop": { "rounds": {{rounds}} },
          "cohort": { "minimum": {{clients}} },
          "closing": { "minUpdates": {{clients}}, "maxSeconds": 86400 },
          "evaluation": { "everyRounds": {{(evaluates ? 1 : 0)}}, "maxSeconds": 3600 }
        }
        """;

    public async Task<string> CreateAsync(string spec)
    {
        using var create = _runs.CreateRun(_token);
        await create.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = spec }).ConfigureAwait(false);
        await create.RequestStream.CompleteAsync().ConfigureAwait(false);
        return (await create).Run.RunId;
    }

    /// <summary>Follows a run to its end.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="limit">Turns a hang into a failure.</param>
    /// <returns>Its last state, and when each of its rounds was published, from the first on.</returns>
    public async Task<(Run Run, IReadOnlyList<TimeSpan> Published)> FollowAsync(string runId, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        using var watch = _runs.WatchRun(new WatchRunRequest { RunId = runId }, _token, cancellationToken: patience.Token);
        var (run, published, started) = (new Run(), new SortedDictionary<int, TimeSpan>(), Stopwatch.GetTimestamp());
        while (await watch.ResponseStream.MoveNext(patience.Token).ConfigureAwait(false))
        {
            var reply = watch.ResponseStream.Current;
            run = reply.Run ?? run;
            if (reply.Round is { Status: RoundStatus.Published or RoundStatus.Evaluating } round)
            {
                published.TryAdd(round.Number, Stopwatch.GetElapsedTime(started));
            }
        }

        return (run, [.. published.Values]);
    }

    /// <summary>The digest of a run's newest version, which the coordinator checks over the whole file before it says so.</summary>
    public async Task<ModelVersion> NewestAsync(string runId)
    {
        using var call = _runs.DownloadModel(new DownloadModelRequest { RunId = runId }, _token);
        return await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false)
            ? call.ResponseStream.Current.Header.Version
            : throw new InvalidOperationException("the coordinator sent no version");
    }

    public void Dispose() => _channel.Dispose();
}
