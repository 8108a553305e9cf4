namespace FedLearn.Proofs.Crash;

/// <summary>A site with its participants, which live as long as it does.</summary>
internal sealed class Federation : IAsyncDisposable
{
    private Federation(CrashSite site) => Site = site;

    public CrashSite Site { get; }

    public ReceiptLedger Ledger { get; } = new();

    public List<Participant> Participants { get; } = [];

    /// <summary>A worker in a process of its own, where one was asked for.</summary>
    public ParticipantProcess? Outside { get; private set; }

    /// <summary>The last lines of everybody, for a message.</summary>
    public string Tail => string.Join(
        Environment.NewLine,
        Participants.Select(p => $"  {p.Id}:{Environment.NewLine}{p.Log.Tail}").Prepend($"  coordinator:{Environment.NewLine}{Site.Process?.Log.Tail}"));

    /// <summary>Sets up a site and its workers; the coordinator is not started yet.</summary>
    /// <param name="site">The site.</param>
    /// <param name="inside">Workers in this process.</param>
    /// <param name="outside">Whether one more is a process of its own.</param>
    /// <param name="mayTrain">Is awaited before each training in this process.</param>
    public static Federation Create(CrashSite site, int inside, bool outside = false, Func<Client.Training.FitContext, Task>? mayTrain = null)
    {
        var federation = new Federation(site);
        federation.Participants.AddRange(Ids(inside).Select(id => new Participant(site, id, federation.Ledger, mayTrain)));
        federation.Outside = outside ? new ParticipantProcess(site, Ids(inside + 1).Last(), federation.Ledger) : null;
        return federation;
    }

    /// <summary>client-1, client-2, ...: their canonical order.</summary>
    public static IEnumerable<string> Ids(int count) => Enumerable.Range(1, count).Select(n => $"client-{n}");

    /// <summary>Waits until everybody in this process has heard that a run is over.</summary>
    public Task RunOverAsync(string name, double seconds = 120) => Task.WhenAll(Participants.Select(p => p.RunOverAsync(name, seconds)));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Participants.Select(p => p.DisposeAsync().AsTask())).ConfigureAwait(false);
        if (Outside is not null)
        {
            await Outside.DisposeAsync().ConfigureAwait(false);
        }

        await Site.DisposeAsync().ConfigureAwait(false);
    }
}
