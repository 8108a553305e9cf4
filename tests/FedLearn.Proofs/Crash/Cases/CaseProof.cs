using System.Diagnostics;

namespace FedLearn.Proofs.Crash.Cases;

/// <summary>Runs the cases one after the other, each in a folder of its own.</summary>
internal static class CaseProof
{
    public static IReadOnlyList<ICrashCase> Cases { get; } =
    [
        new TerminateCase(), new RivalCase(), new LockedDatabaseCase(), new KeptUpdateCase(), new FullDiskCase(), new BigUploadsCase(), .. DamageCase.All,
    ];

    public static async Task RunAsync(string folder, ProofArguments arguments, Findings findings)
    {
        var only = arguments.Text("case");
        var cases = Cases.Where(c => only is null || c.Name == only).ToList();
        findings.Require(cases.Count > 0, $"there is no case '{only}'; there are {string.Join(", ", Cases.Select(c => c.Name))}");
        var undisturbed = await Undisturbed.RunAsync(Path.Combine(folder, "undisturbed"), [CaseContext.Small, CaseContext.Large]).ConfigureAwait(false);
        foreach (var misfortune in cases)
        {
            var watch = Stopwatch.StartNew();
            findings.Say($"{misfortune.Name}:");
            try
            {
                await misfortune.RunAsync(new CaseContext(Path.Combine(folder, misfortune.Name), undisturbed, arguments, findings)).ConfigureAwait(false);
            }
            catch (CrashException e)
            {
                findings.Fail($"{misfortune.Name}: {e.Message}");
            }

            findings.Say($"  ({watch.Elapsed.TotalSeconds:0.0} s)");
        }
    }
}
