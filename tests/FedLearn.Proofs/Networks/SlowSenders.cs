using FedLearn.Proofs.Crash;
using FedLearn.Protocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace FedLearn.Proofs.Networks;

/// <summary>Many connections that send a byte a second neither slow an honest round nor fill the coordinator's memory.</summary>
/// <param name="Connections">How many of them.</param>
/// <param name="Rounds">Rounds that are timed in each of three turns with them, and in as many without.</param>
/// <param name="Parameters">The model's parameters.</param>
internal sealed record SlowSenders(int Connections, int Rounds, int Parameters)
{
    private const int Clients = 4;
    private const int Turns = 3;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    /// <summary>What was measured.</summary>
    /// <param name="Calm">The median round without them, in seconds.</param>
    /// <param name="Beset">The median round among them.</param>
    /// <param name="MemoryAdded">What the coordinator's peak grew by, in bytes.</param>
    /// <param name="Held">The fewest of their connections that were open at a turn's begin or end.</param>
    /// <param name="Reopened">How often they had to connect anew.</param>
    public sealed record Outcome(double Calm, double Beset, long MemoryAdded, int Held, int Reopened)
    {
        public double Slowdown => Beset / Calm;
    }

    public async Task<Outcome> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-loris-").FullName;
        var (calls, vectors) = (LoopbackPorts.FreeAddress(), LoopbackPorts.FreeAddress());
        try
        {
            var coordinator = CoordinatorProcess.Start(
            [
                "--data", Path.Combine(folder, "coordinator"), "--listen", calls, "--vectors", vectors, "--operations", "http://127.0.0.1:0",
            ]);
            await using var closing = coordinator.ConfigureAwait(false);
            await coordinator.Ready.ConfigureAwait(false);
            using var site = new OperatorClient(calls, Path.Combine(folder, "coordinator", "operator.token"));
            return await MeasureAsync(site, coordinator.Id, calls, vectors, folder).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<Outcome> MeasureAsync(OperatorClient site, int processId, string calls, string vectors, string folder)
    {
        await RoundsAsync(site, calls, folder, "warm").ConfigureAwait(false);
        var (peak, calm, beset, held, reopened) = (0L, new List<double>(), new List<double>(), Connections, 0);
        for (var turn = 1; turn <= Turns; turn++)
        {
            // In turns, so that what else the machine does falls on both.
            calm.AddRange(await RoundsAsync(site, calls, folder, $"calm-{turn}").ConfigureAwait(false));
            peak = turn == 1 ? ProcessMemory.Of(processId).Peak : peak;
            var slow = await SlowLoris.StartAsync(new Uri(calls), new Uri(vectors), Connections).ConfigureAwait(false);
            await using var closing = slow.ConfigureAwait(false);
            held = Math.Min(held, slow.Open);
            beset.AddRange(await RoundsAsync(site, calls, folder, $"beset-{turn}").ConfigureAwait(false));
            (held, reopened) = (Math.Min(held, slow.Open), reopened + slow.Reopened);
        }

        return new Outcome(Median(calm), Median(beset), ProcessMemory.Of(processId).Peak - peak, held, reopened);
    }

    /// <summary>A run with workers that connect for it; how long each of its rounds took, but the first, which waits for them.</summary>
    private async Task<IReadOnlyList<double>> RoundsAsync(OperatorClient site, string calls, string folder, string name)
    {
        var id = await site.CreateAsync(OperatorClient.Spec(name, Parameters, Clients, Rounds + 1, evaluates: false)).ConfigureAwait(false);
        var following = site.FollowAsync(id, s_limit);
        var workers = Enumerable.Range(1, Clients)
            .Select(n => new SiteWorker(calls, $"client-{n}", Path.Combine(folder, $"client-{n}"), NullLoggerFactory.Instance)).ToList();
        try
        {
            var (run, published) = await following.ConfigureAwait(false);
            return run.Status == RunStatus.Completed && published.Count == Rounds + 1
                ? [.. published.Zip(published.Skip(1), (earlier, later) => (later - earlier).TotalSeconds)]
                : throw new InvalidOperationException($"run {name} ended as {run.Status} with {published.Count} rounds: {run.Reason}");
        }
        finally
        {
            await Task.WhenAll(workers.Select(w => w.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
