using System.Diagnostics;
using FedLearn.Proofs.Fuzz.Targets;

namespace FedLearn.Proofs.Fuzz;

/// <summary>The proof of this folder on the command line.</summary>
internal sealed class FuzzProof : IProof
{
    /// <summary>Memory that may stay in use after a target's last input; each keeps at most 256 inputs of 64 KiB.</summary>
    private const long MostKept = 32 << 20;

    public string Name => "fuzz";

    public string Summary => "every decoder of bytes from outside, on inputs that are nearly valid; --executions N (20000) for each, a tenth where it reads files, --target NAME, --seed N";

    /// <summary>All decoders.</summary>
    public static IReadOnlyList<FuzzTarget> Targets(string folder) =>
        [.. WireTargets.All, .. DocumentTargets.All, .. EncodingTargets.All, .. IdentityTargets.All, .. FileTargets.All(folder), .. VaultTargets.All(folder)];

    public Task<bool> RunAsync(ProofArguments arguments)
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-fuzz-").FullName;
        try
        {
            var chosen = Targets(folder).Where(t => arguments.Text("target") is not { } name || name == t.Name).ToList();
            if (chosen.Count == 0)
            {
                throw new ArgumentException($"no target {arguments.Text("target")}; there are {string.Join(", ", Targets(folder).Select(t => t.Name))}");
            }

            var violations = chosen.Sum(t => Fuzz(t, arguments.Int("executions", 20_000), arguments.Int("seed", 1)));
            Console.WriteLine(violations == 0 ? "everything held" : $"{violations} violations");
            return Task.FromResult(violations == 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Fuzz(FuzzTarget target, int executions, int seed)
    {
        executions = target.ReadsFiles ? executions / 10 : executions;
        var watch = Stopwatch.StartNew();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var fuzzer = new Fuzzer(target, seed);
        List<string> found = [.. fuzzer.Run(executions)];
        if (GC.GetTotalMemory(forceFullCollection: true) - before is var kept and > MostKept)
        {
            found.Add($"keeps {kept >> 20} MiB after {executions} inputs");
        }

        Console.WriteLine($"{target.Name,-18} {executions,9} inputs, {fuzzer.Outcomes,4} different outcomes, {watch.Elapsed.TotalSeconds,6:0.0} s");
        found.ForEach(f => Console.WriteLine($"VIOLATION {target.Name}: {f}"));
        GC.KeepAlive(fuzzer);
        return found.Count;
    }
}
