using FedLearn.Proofs.Crash.Cases;

namespace FedLearn.Proofs.Crash;

/// <summary>The crash harness: a real coordinator process that is killed, starved and damaged while real workers go on.</summary>
internal sealed class CrashProof : IProof
{
    public string Name => "crash";

    public string Summary => "real processes: --kills N [--seed S]; --syscalls [--all [--most N]] (needs strace); --cases [--case NAME] [--gigabyte] [--require-mount]";

    public async Task<bool> RunAsync(ProofArguments arguments)
    {
        if (arguments.Has("worker"))
        {
            return await ParticipantProcess.RunChildAsync(arguments).ConfigureAwait(false);
        }

        var seed = arguments.Int("seed", 1);
        var findings = new Findings(Console.Out);
        if (arguments.Has("kills"))
        {
            var kills = arguments.Int("kills", 100);
            await InFolderAsync(findings, $"--kills {kills} --seed {seed}", f => new KillProof(f, kills, seed, findings, alone: true).RunAsync()).ConfigureAwait(false);
        }

        if (arguments.Has("syscalls"))
        {
            var (points, flags) = arguments.Has("all")
                ? (FaultPoint.All(arguments.Int("most", 40)).ToList(), $"--syscalls --all --most {arguments.Int("most", 40)}")
                : (FaultPoint.Sample().ToList(), "--syscalls");
            await InFolderAsync(findings, flags, f => new SyscallProof(f, points, findings).RunAsync()).ConfigureAwait(false);
        }

        if (arguments.Has("cases"))
        {
            await InFolderAsync(findings, arguments.Text("case") is { } only ? $"--cases --case {only}" : "--cases", f => CaseProof.RunAsync(f, arguments, findings)).ConfigureAwait(false);
        }

        return findings.AllHold;
    }

    /// <summary>Runs a part in a folder that is deleted where all holds, and kept for a look where not.</summary>
    internal static async Task InFolderAsync(Findings findings, string flags, Func<string, Task> part)
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-crash-").FullName;
        findings.Say($"crash {flags}");
        try
        {
            await part(folder).ConfigureAwait(false);
        }
        catch (CrashException e)
        {
            findings.Fail(e.Message);
        }

        if (findings.AllHold)
        {
            Directory.Delete(folder, recursive: true);
            return;
        }

        findings.Say($"the folder is kept: {folder}");
        findings.Say($"again: dotnet run -c Release --project tests/FedLearn.Proofs -- crash {flags}");
        findings.Say("(instants on real processes repeat only roughly: the same waits are drawn, but not the same instruction is hit)");
    }
}
