using FedLearn.Client.Identity;
using FedLearn.Client.Pending;
using FedLearn.Client.Provenance;
using FedLearn.Client.Session;
using FedLearn.Client.Training;
using FedLearn.Client.Vault;

namespace FedLearn.Client;

/// <summary>Takes part in a federation: what a participant's own program calls.</summary>
public static class FederationClient
{
    /// <summary>
    /// Connects, serves the runs that the trainers fit, and goes on through broken connections and restarts of the coordinator. Finished
    /// updates are kept until the coordinator has acknowledged them, and survive this process where they are not quickly made again.
    /// </summary>
    /// <param name="options">Where, as whom, and how.</param>
    /// <param name="trainers">The trainers, one per model kind, at least one.</param>
    /// <param name="cancellationToken">Stops the worker in good order.</param>
    /// <returns>When the token is cancelled; with <see cref="WorkerOptions.ExitWhenDone"/> also when no run is open any more.</returns>
    /// <exception cref="FederationException">
    /// The options have mistakes (the message lists all), another worker uses the state folder, its key is another one, or the coordinator
    /// refuses this client for good.
    /// </exception>
    public static async Task RunAsync(WorkerOptions options, IReadOnlyCollection<ITrainer> trainers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(trainers);
        List<string> mistakes = [.. options.Mistakes(), .. TrainerMistakes(trainers)];
        if (mistakes.Count > 0)
        {
            throw new FederationException($"the worker's options have mistakes:{Environment.NewLine}{string.Join(Environment.NewLine, mistakes)}");
        }

        using var identity = options.Identity is { } folder ? new LiveIdentity(OpenIdentity(options, folder), folder) : null;
        using var store = OpenStore(options);
        using var pending = new HeldPendingUpdates(new SealedPendingUpdates(store));
        using var key = new CoordinatorKey(store, options.Logging.CreateLogger("FedLearn.Worker"));
        using var session = new ParticipantSession(options, identity, trainers, new TokenKeeper(store, options.ClientId), key, new KnownVersions(store), pending, new CarriedFiles(store, "residual"), new CarriedFiles(store, "control"), new CarriedFiles(store, "local"), new CarriedFiles(store, "personal"));
        await session.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<string> TrainerMistakes(IReadOnlyCollection<ITrainer> trainers)
    {
        if (trainers.Count == 0)
        {
            yield return "trainers: expected at least one, got none";
        }

        foreach (var kind in trainers.GroupBy(t => t.Kind).Where(g => g.Count() > 1))
        {
            yield return $"trainers: expected one for model kind '{kind.Key}', got {kind.Count()}";
        }
    }

    private static ClientIdentity OpenIdentity(WorkerOptions options, string folder)
    {
        var identity = ClientIdentity.Load(folder);
        return identity.Name.Client != options.ClientId
                ? throw new FederationException($"the identity in {folder} is that of '{identity.Name.Client}', and not of '{options.ClientId}'; leave the id out, or use the other's identity")
            : identity.NotAfter <= options.Time.GetUtcNow()
                ? throw new FederationException($"the certificate of '{identity.Name.Client}' expired at {identity.NotAfter.UtcDateTime:u}; ask the operator for an invitation, and enrol again")
            : identity;
    }

    private static SealedStore OpenStore(WorkerOptions options)
    {
        try
        {
            return SealedStore.Open(options.StateFolder, options.Key);
        }
        catch (Exception fault) when (fault is VaultException or IOException or UnauthorizedAccessException)
        {
            throw new FederationException($"cannot use the state folder {options.StateFolder}: {fault.Message}", fault);
        }
    }
}
