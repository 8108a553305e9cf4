using System.Collections.Immutable;

namespace FedLearn.Core.Rounds;

/// <summary>What selection knows of clients besides their ids.</summary>
/// <remarks>
/// The records follow from the run's rounds and updates and are the same after a restart. What clients announce comes with their answer to the run,
/// without which none is eligible: a restart forgets it, and knows it again before it can select the client.
/// </remarks>
public sealed record SelectionFacts
{
    /// <summary>Nothing is known.</summary>
    public static SelectionFacts None { get; } = new();

    /// <summary>What the run remembers, by client id; empty where the spec's selection asks for nothing.</summary>
    public ImmutableSortedDictionary<string, ClientRecord> Records { get; init; } =
        ImmutableSortedDictionary.Create<string, ClientRecord>(StringComparer.Ordinal);

    /// <summary>How many training examples eligible clients say they have, at least 1, by client id; who does not say is not in it.</summary>
    public ImmutableSortedDictionary<string, long> Announced { get; init; } =
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>The client's record.</summary>
    public ClientRecord Of(string clientId) => Records.GetValueOrDefault(clientId, ClientRecord.New);

    /// <summary>The facts once a round is open.</summary>
    public SelectionFacts Opened(int round, IEnumerable<string> cohort) =>
        this with { Records = Records.SetItems(cohort.Select(id => KeyValuePair.Create(id, Of(id) with { LastRound = round }))) };

    /// <summary>The facts once a round takes no more updates and is published or void: marks for its cohort.</summary>
    /// <remarks>
    /// Who delivered has the mark 1 - e / (2 n), of n updates with e that were accepted earlier; who did not, 0. By order and not by seconds: it means
    /// the same for every model and fleet, and a jump of the wall clock can disturb one round's marks and nothing else.
    /// </remarks>
    public SelectionFacts Closed(IEnumerable<string> cohort, IReadOnlyDictionary<string, AcceptedUpdate> updates)
    {
        var earlier = updates.Values.Select(u => u.AcceptedUnixMs).Order().Index().GroupBy(t => t.Item).ToDictionary(g => g.Key, g => g.First().Index);
        return this with { Records = Records.SetItems(cohort.Select(id => KeyValuePair.Create(id, After(id)))) };

        ClientRecord After(string id) => updates.TryGetValue(id, out var update)
            ? Of(id).After(1 - (earlier[update.AcceptedUnixMs] / (2.0 * updates.Count))) with { Examples = update.NumExamples }
            : Of(id).After(0);
    }
}
