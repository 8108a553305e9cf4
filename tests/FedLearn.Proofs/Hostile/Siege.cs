using FedLearn.Proofs.Crash;
using FedLearn.Proofs.Networks;

namespace FedLearn.Proofs.Hostile;

/// <summary>What one attack did to honest callers and to the coordinator.</summary>
/// <param name="Calm">The 99th percentile of honest calls without it, in milliseconds: the median of the turns.</param>
/// <param name="Beset">The same beside it.</param>
/// <param name="MemoryAdded">What the coordinator's peak grew by, in bytes.</param>
/// <param name="Opened">Connections that the attackers opened.</param>
/// <param name="Sent">What they sent.</param>
/// <param name="Lives">Whether the coordinator's process does.</param>
internal sealed record Siege(double Calm, double Beset, long MemoryAdded, int Opened, long Sent, bool Lives)
{
    public double Slowdown => Beset / Calm;

    /// <summary>Runs a coordinator in a process of its own, and honest callers in turns with and without the attack.</summary>
    public static async Task<Siege> RunAsync(Attack attack, int turns, TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-hostile-").FullName;
        var address = LoopbackPorts.FreeAddress();
        try
        {
            var coordinator = CoordinatorProcess.Start(
            [
                "--data", Path.Combine(folder, "coordinator"), "--listen", address, "--vectors", "", "--operations", "http://127.0.0.1:0",
            ]);
            await using var closing = coordinator.ConfigureAwait(false);
            await coordinator.Ready.ConfigureAwait(false);
            using var honest = new HonestCallers(address);
            await honest.JoinAsync("honest").ConfigureAwait(false);
            return await RunAsync(attack, turns, time, honest, coordinator, new Uri(address)).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Siege> RunAsync(Attack attack, int turns, TimeSpan time, HonestCallers honest, CoordinatorProcess coordinator, Uri address)
    {
        await honest.CallForAsync(time).ConfigureAwait(false); // Warm: the first calls are not what memory is compared with.
        var (peak, calm, beset, opened, sent) = (ProcessMemory.Of(coordinator.Id).Peak, new List<double>(), new List<double>(), 0, 0L);
        for (var turn = 0; turn < turns; turn++)
        {
            await honest.CallForAsync(time).ConfigureAwait(false); // Until the last turn's connections are cleared away.
            calm.Add(await honest.CallForAsync(time).ConfigureAwait(false));
            var attackers = await Attackers.StartAsync(attack, address).ConfigureAwait(false);
            await using var ending = attackers.ConfigureAwait(false);
            if (attack.PerSecond == 0)
            {
                await honest.CallForAsync(time).ConfigureAwait(false); // Until the connections are there: what they do then is meant.
            }

            beset.Add(await honest.CallForAsync(time).ConfigureAwait(false));
            await ComeLateAsync(address, $"late-{turn}").ConfigureAwait(false);
            (opened, sent) = (opened + attackers.Opened, sent + attackers.Sent);
        }

        return new Siege(Median(calm), Median(beset), ProcessMemory.Of(coordinator.Id).Peak - peak, opened, sent, !coordinator.HasExited);
    }

    /// <summary>A new connection is served too.</summary>
    private static async Task ComeLateAsync(Uri address, string names)
    {
        using var late = new HonestCallers(address.ToString());
        await late.JoinAsync(names).ConfigureAwait(false);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
