using Grpc.Core;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>The course of the federation on one machine: everybody takes part until every run is over.</summary>
internal sealed class Course(Machine machine, Ledger ledger)
{
    // So long that only a hang reaches it, on however busy a machine.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly List<string> _refusals = [];

    /// <summary>The refusals that said "try again".</summary>
    public IReadOnlyList<string> Refusals
    {
        get
        {
            lock (_refusals)
            {
                return [.. _refusals];
            }
        }
    }

    /// <summary>Runs to the end.</summary>
    /// <exception cref="ProcessEndedException">The coordinator ended itself.</exception>
    /// <exception cref="BrokenPromiseException">Something does not hold, or nothing happens any more.</exception>
    public async Task FinishAsync()
    {
        using var stop = new CancellationTokenSource();
        var work = WorkAsync(stop.Token);
        var first = await Task.WhenAny(work, machine.Ended, Task.Delay(Limit, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        if (machine.Ended.IsCompleted)
        {
            await work.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            throw new ProcessEndedException(await machine.Ended.ConfigureAwait(false));
        }

        if (first != work)
        {
            throw new BrokenPromiseException($"nothing came to an end within {Limit.TotalMinutes} minutes");
        }

        await work.ConfigureAwait(false);
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        using var turn = new SemaphoreSlim(1);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            var op = new Operator(machine, ledger, turn, Refused);
            var runs = await op.EnsureRunsAsync().ConfigureAwait(false);
            var ends = Task.WhenAll(runs.Select(r => op.WaitForEndAsync(r, stop)));
            var participants = Script.Clients.Select(id => new Participant(id, machine, ledger, turn, Refused).TakePartAsync(over.Token)).ToList();

            // Whoever fails first says why; participants do not end by themselves.
            await await Task.WhenAny([ends, .. participants]).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(participants).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (RpcException e) when (!machine.Ended.IsCompleted)
        {
            throw new BrokenPromiseException($"a call was refused for good: {e.Status.StatusCode}: {e.Status.Detail}");
        }
    }

    private void Refused(RpcException e)
    {
        lock (_refusals)
        {
            _refusals.Add($"{e.StatusCode}: {e.Status.Detail}");
        }

        if (machine.Ended.IsCompleted)
        {
            throw new ProcessEndedException("the coordinator ended itself");
        }
    }
}
