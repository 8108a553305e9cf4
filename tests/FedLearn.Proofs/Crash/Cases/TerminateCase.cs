namespace FedLearn.Proofs.Crash.Cases;

/// <summary>SIGTERM in mid-round: it drains, ends with exit code 0 within 10 s, and the next start goes on with the same round.</summary>
internal sealed class TerminateCase : ICrashCase
{
    private const double MostSeconds = 10;

    public string Name => "sigterm";

    public async Task RunAsync(CaseContext context)
    {
        var turnstile = new Turnstile(fit => fit is { Round: 2, Run.ClientId: "client-2" });
        await using var federation = context.NewFederation(turnstile);
        var process = await federation.Site.StartAsync().ConfigureAwait(false);
        await turnstile.WaitAsync(2, federation).ConfigureAwait(false);
        await federation.Ledger.WhenAsync(2, "client-1", count: 2).ConfigureAwait(false);

        var (code, took) = await process.TerminateAsync().ConfigureAwait(false);
        context.Findings.Require(code == 0 && took.TotalSeconds <= MostSeconds, $"SIGTERM: exit code {code} after {took.TotalSeconds:0.0} s, expected 0 within {MostSeconds} s");
        context.Findings.Say($"  ended with {code} after {took.TotalSeconds:0.0} s in mid-round");

        turnstile.Open(forGood: true);
        await federation.Site.StartAsync().ConfigureAwait(false);
        await context.FinishAsync(federation).ConfigureAwait(false);
    }
}
