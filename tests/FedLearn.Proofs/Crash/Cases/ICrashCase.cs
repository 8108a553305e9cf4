namespace FedLearn.Proofs.Crash.Cases;

/// <summary>One misfortune, arranged at a known point of a round.</summary>
internal interface ICrashCase
{
    /// <summary>Its name, for <c>--case NAME</c>.</summary>
    string Name { get; }

    /// <summary>Arranges it, and checks what must hold then and at the end.</summary>
    Task RunAsync(CaseContext context);
}

/// <summary>What a case works with.</summary>
/// <param name="Folder">A folder of its own.</param>
/// <param name="Undisturbed">The same runs, undisturbed.</param>
/// <param name="Arguments">The proof's flags.</param>
/// <param name="Findings">Where to say what was found.</param>
internal sealed record CaseContext(string Folder, Undisturbed Undisturbed, ProofArguments Arguments, Findings Findings)
{
    public const int Clients = 2;
    public const long Seed = 7;

    /// <summary>Small updates, which share a segment.</summary>
    public static CrashRun Small { get; } = new("small", Seed, 5_000, 3, Clients);

    /// <summary>Large updates, with a file each.</summary>
    public static CrashRun Large { get; } = new("large", Seed, 700_000, 3, Clients);

    /// <summary>A federation with both runs, ready to start.</summary>
    public Federation NewFederation(Turnstile turnstile, string? data = null, params string[] more)
    {
        var federation = Federation.Create(new CrashSite(Folder, data, more), Clients, mayTrain: turnstile.MayTrain);
        federation.Site.Add(Small);
        federation.Site.Add(Large);
        return federation;
    }

    /// <summary>Waits for both runs' end, stops the coordinator, and checks everything against the undisturbed runs.</summary>
    public async Task FinishAsync(Federation federation, bool sameBits = true)
    {
        await federation.RunOverAsync(Small.Name).ConfigureAwait(false);
        await federation.RunOverAsync(Large.Name).ConfigureAwait(false);
        await federation.Site.Process!.TerminateAsync().ConfigureAwait(false);
        Findings.FailAll(Check.FolderCheck.Violations(Check.StoredFolder.Read(federation.Site.Data), federation.Ledger, Seed, sameBits ? Undisturbed.Finals : null));
    }
}
