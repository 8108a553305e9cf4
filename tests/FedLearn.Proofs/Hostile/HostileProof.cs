namespace FedLearn.Proofs.Hostile;

/// <summary>Hostile peers beside honest ones, on the command line.</summary>
internal sealed class HostileProof : IProof
{
    /// <summary>What an attack may do to the 99th percentile of honest calls.</summary>
    public const double MostSlowdown = 2;

    /// <summary>
    /// A 99th percentile below this, in milliseconds, holds whatever it is a multiple of: a call of one or two doubles with anything else that
    /// runs, and the attackers run on the coordinator's own processors here.
    /// </summary>
    public const double Unnoticed = 10;

    /// <summary>What an attack may add to the coordinator's memory, in bytes: so much, and what the server keeps of each open connection.</summary>
    public const long MostMemory = 100L << 20;

    /// <inheritdoc cref="MostMemory"/>
    public const long MostMemoryOfAConnection = 64 << 10;

    private const int Attempts = 5;

    public string Name => "hostile";

    public string Summary => "floods, half requests and bombs beside honest calls; --attack NAME, --turns N (3), --milliseconds N (1500) of each turn, --connections N (10000) at most";

    public async Task<bool> RunAsync(ProofArguments arguments)
    {
        var most = arguments.Int("connections", 10_000);
        var chosen = Attack.All.Where(a => arguments.Text("attack") is not { } name || a.Name == name).Select(a => a with { Connections = Math.Min(a.Connections, most) }).ToList();
        if (chosen.Count == 0)
        {
            throw new ArgumentException($"no attack {arguments.Text("attack")}; there are {string.Join(", ", Attack.All.Select(a => a.Name))}");
        }

        var held = true;
        foreach (var attack in chosen)
        {
            held &= await TryAsync(attack, arguments.Int("turns", 3), TimeSpan.FromMilliseconds(arguments.Int("milliseconds", 1500))).ConfigureAwait(false);
        }

        Console.WriteLine(held ? "everything held" : "something did not hold");
        return held;
    }

    /// <summary>The machine is shared: what did not hold is tried again, and must hold once.</summary>
    private static async Task<bool> TryAsync(Attack attack, int turns, TimeSpan time)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var siege = await Siege.RunAsync(attack, turns, time).ConfigureAwait(false);
            var held = (siege.Slowdown < MostSlowdown || siege.Beset < Unnoticed) && siege.MemoryAdded <= MostMemory + (attack.Connections * MostMemoryOfAConnection) && siege.Lives;
            Console.WriteLine(
                $"{(held ? "held" : "NOT HELD"),-9}{attack.Name,-16} p99 of honest calls {siege.Calm:0.0} ms alone, {siege.Beset:0.0} ms beside it: {siege.Slowdown:0.00} times; "
                + $"memory +{siege.MemoryAdded >> 20} MiB; {siege.Opened} connections, {siege.Sent} sent{(siege.Lives ? "" : "; THE PROCESS ENDED")}");
            if (held)
            {
                return true;
            }
        }

        return false;
    }
}
