namespace FedLearn.Proofs.Networks;

/// <summary>Bad networks between real workers and a real coordinator, and hostile connections beside them.</summary>
internal sealed class NetworksProof : IProof
{
    /// <summary>What an upload that is cut may send beyond its vector.</summary>
    public const double MostExcess = 0.05;

    /// <summary>What slow connections may add to an honest round.</summary>
    public const double MostSlowdown = 1.2;

    /// <summary>What slow connections may add to the coordinator's memory, in bytes.</summary>
    public const long MostMemory = 200L << 20;

    private const int Attempts = 3;
    private readonly TextWriter _findings = Console.Out;

    public string Name => "networks";

    public string Summary =>
        "a chaos proxy between workers and coordinator [--clients 4 --rounds 6 --parameters 1000000 --seed 1], a cut upload [--megabytes 400 --cuts 5], " +
        "slow connections [--connections 1000 --timed-rounds 6]; --only faults|cuts|slow";

    public async Task<bool> RunAsync(ProofArguments arguments)
    {
        // The coordinators of this process log to the console too; here only what was found is wanted.
        Console.SetOut(TextWriter.Null);
        var only = arguments.Text("only");
        var held = true;
        if (only is null or "faults")
        {
            held &= await FaultsAsync(arguments).ConfigureAwait(false);
        }

        if (only is null or "cuts")
        {
            held &= await CutsAsync(arguments, overRoad: true).ConfigureAwait(false);
            held &= await CutsAsync(arguments, overRoad: false).ConfigureAwait(false);
        }

        if (only is null or "slow")
        {
            held &= await SlowAsync(arguments).ConfigureAwait(false);
        }

        return held;
    }

    private async Task<bool> FaultsAsync(ProofArguments arguments)
    {
        var proof = new FaultyNetwork(
            arguments.Int("clients", 4), arguments.Int("rounds", 6), arguments.Int("parameters", 1_000_000), arguments.Int("seed", 1));
        var outcome = await proof.RunAsync().ConfigureAwait(false);
        _findings.WriteLine($"faults, gRPC:    {outcome.Calls}");
        _findings.WriteLine($"faults, vectors: {outcome.Vectors}");
        return Say(
            outcome.Completed && outcome.SameBits && outcome.Unstruck.Count == 0,
            $"{proof.Clients} clients, {proof.Rounds} rounds: completed {outcome.Completed}, version {outcome.Version}, same bits as undisturbed " +
            $"{outcome.SameBits}; faults that never struck: {(outcome.Unstruck.Count == 0 ? "none" : string.Join(", ", outcome.Unstruck))} (--seed {proof.Seed})");
    }

    private async Task<bool> CutsAsync(ProofArguments arguments, bool overRoad)
    {
        var proof = new CutUpload(arguments.Int("megabytes", 400) * 250_000, arguments.Int("cuts", 5), overRoad);
        var outcome = await proof.RunAsync().ConfigureAwait(false);
        return Say(
            outcome.Completed && outcome.Resets >= proof.Cuts && outcome.Excess <= MostExcess,
            $"upload of {outcome.Vector / 1e6:0} MB over {(overRoad ? "the HTTP road" : "gRPC")}, cut {outcome.Resets} times: accepted {outcome.Completed}, " +
            $"{outcome.Excess:0.00%} sent beyond the vector (at most {MostExcess:0%}), {outcome.Seconds:0.0} s");
    }

    /// <summary>A machine that others use as well may slow the rounds that are beset and not those before: what holds, holds in one of three attempts.</summary>
    private async Task<bool> SlowAsync(ProofArguments arguments)
    {
        var proof = new SlowSenders(arguments.Int("connections", 1000), arguments.Int("timed-rounds", 6), arguments.Int("parameters", 1_000_000));
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await proof.RunAsync().ConfigureAwait(false);
            var held = outcome.Slowdown <= MostSlowdown && outcome.MemoryAdded <= MostMemory;
            Say(held,
                $"{proof.Connections} connections at 1 byte/s ({outcome.Held} held, {outcome.Reopened} opened again): a round takes {outcome.Beset:0.000} s, " +
                $"{outcome.Calm:0.000} s without them ({outcome.Slowdown:0.00}x, at most {MostSlowdown:0.0}x); {outcome.MemoryAdded / 1048576.0:0.0} MiB added " +
                $"(at most {MostMemory >> 20} MiB)");
            if (held || attempt == Attempts)
            {
                return held;
            }
        }
    }

    private bool Say(bool held, string text)
    {
        _findings.WriteLine($"{(held ? "held  " : "FAILED")} {text}");
        return held;
    }
}
