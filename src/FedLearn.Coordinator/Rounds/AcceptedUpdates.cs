using System.Collections.Immutable;

namespace FedLearn.Coordinator.Rounds;

/// <summary>The accepted updates of one round, by client: what a receipt is made from that is asked for again.</summary>
internal sealed record AcceptedUpdates(int Round, ImmutableSortedDictionary<string, SealedUpdate> ByClient)
{
    private static readonly ImmutableSortedDictionary<string, SealedUpdate> s_none = ImmutableSortedDictionary.Create<string, SealedUpdate>(StringComparer.Ordinal);

    public static AcceptedUpdates None(int round) => new(round, s_none);

    public AcceptedUpdates With(SealedUpdate update) => this with { ByClient = ByClient.SetItem(update.ClientId, update) };

    /// <summary>A client's accepted update, or null, also where another round is asked for.</summary>
    public SealedUpdate? Find(int round, string clientId) => round == Round ? ByClient.GetValueOrDefault(clientId) : null;
}
