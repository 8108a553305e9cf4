using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>Creates the runs where they do not exist, and waits for their end.</summary>
internal sealed class Operator(Machine machine, Ledger ledger, SemaphoreSlim turn, Action<RpcException> refused)
{
    // One error voids a round, and the next one is tried.
    private const int MostVoids = 3;

    private readonly Runs.RunsClient _calls = new(machine.Channel);
    private readonly Metadata _headers = Calls.Bearer(machine.OperatorToken);

    /// <summary>The runs' ids. One that was promised must be there.</summary>
    public async Task<IReadOnlyList<string>> EnsureRunsAsync()
    {
        var runs = (await Calls.AgainAsync(async () => await _calls.ListRunsAsync(new ListRunsRequest(), _headers), refused).ConfigureAwait(false)).Runs;
        foreach (var promised in ledger.All.OfType<Promise.Created>())
        {
            if (!runs.Any(r => r.RunId == promised.RunId))
            {
                throw new BrokenPromiseException($"run {promised.RunId} was created, but is not there any more");
            }
        }

        var ids = runs.Select(r => r.RunId).ToList();
        foreach (var (name, spec) in Script.Specs.Where(s => !runs.Any(r => r.Name == s.Key)))
        {
            ids.Add(await CreateAsync(name, spec).ConfigureAwait(false));
        }

        return ids;
    }

    /// <summary>Follows a run to its end.</summary>
    /// <exception cref="BrokenPromiseException">Round after round is void: the reason says what stands in the way.</exception>
    public Task WaitForEndAsync(string runId, CancellationToken stop)
    {
        var voids = new SortedSet<int>();
        return Calls.AgainAsync(() => WatchAsync(runId, voids, stop), refused);
    }

    /// <summary>False where the stream ended before the run did.</summary>
    private async Task<bool> WatchAsync(string runId, SortedSet<int> voids, CancellationToken stop)
    {
        using var watch = _calls.WatchRun(new WatchRunRequest { RunId = runId }, _headers, cancellationToken: stop);
        while (await watch.ResponseStream.MoveNext(stop).ConfigureAwait(false))
        {
            if (watch.ResponseStream.Current.Run is { Status: not RunStatus.Open })
            {
                ledger.Add(new Promise.Ended(runId));
                return true;
            }

            Count(runId, watch.ResponseStream.Current.Round, voids);
        }

        return false;
    }

    private static void Count(string runId, Round? round, SortedSet<int> voids)
    {
        if (round is { Status: RoundStatus.Published })
        {
            voids.Clear();
        }
        else if (round is { Status: RoundStatus.Void } && voids.Add(round.Number) && voids.Count == MostVoids)
        {
            throw new BrokenPromiseException($"{MostVoids} rounds of {runId} in a row are void: {round.Reason}");
        }
    }

    private async Task<string> CreateAsync(string name, string spec)
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var run = await Calls.AgainAsync(() => CreateOnceAsync(spec), refused).ConfigureAwait(false);
            ledger.Add(new Promise.Created(name, run.RunId));
            return run.RunId;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Run> CreateOnceAsync(string spec)
    {
        using var call = _calls.CreateRun(_headers);
        await call.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = spec }).ConfigureAwait(false);
        await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        return (await call.ResponseAsync.ConfigureAwait(false)).Run;
    }
}
