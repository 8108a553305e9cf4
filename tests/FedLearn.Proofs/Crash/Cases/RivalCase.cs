namespace FedLearn.Proofs.Crash.Cases;

/// <summary>Two coordinators on one folder: the second is refused and the first unharmed; a killed one leaves no lock behind.</summary>
internal sealed class RivalCase : ICrashCase
{
    public string Name => "two-coordinators";

    public async Task RunAsync(CaseContext context)
    {
        var turnstile = new Turnstile(fit => fit.Round == 2);
        await using var federation = context.NewFederation(turnstile);
        var first = await federation.Site.StartAsync().ConfigureAwait(false);
        await turnstile.WaitAsync(4, federation).ConfigureAwait(false);

        await using (var second = federation.Site.LaunchRival())
        {
            var code = await second.ExitAsync(60).ConfigureAwait(false);
            var text = second.Log.Tail.Trim();
            context.Findings.Require(code == 1 && text.Contains("in use by another coordinator", StringComparison.Ordinal), $"the second coordinator: exit code {code}, '{text}'");
            context.Findings.Say($"  the second: exit code {code}, {text}");
        }

        context.Findings.Require(!first.HasExited, "the first coordinator did not survive the second");
        await first.KillAsync().ConfigureAwait(false);
        turnstile.Open(forGood: true);
        await federation.Site.StartAsync().ConfigureAwait(false);
        await context.FinishAsync(federation).ConfigureAwait(false);
    }
}
