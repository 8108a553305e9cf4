using System.Collections.Frozen;

namespace FedLearn.Coordinator.Rounds;

/// <summary>How far the clients of a round are: one entry for each of its cohort, made when it opens. Of this process alone.</summary>
/// <param name="round">The round's number; 0 = none.</param>
/// <param name="cohort">Its clients.</param>
/// <param name="time">The clock.</param>
internal sealed class RoundProgress(int round, IEnumerable<string> cohort, TimeProvider time)
{
    private readonly FrozenDictionary<string, ClientProgress> _clients = cohort.ToFrozenDictionary(id => id, _ => new ClientProgress(time), StringComparer.Ordinal);

    public int Round { get; } = round;

    /// <summary>A client of the round; null for any other.</summary>
    public ClientProgress? Of(string clientId) => _clients.GetValueOrDefault(clientId);

    /// <summary>What the transfers of these clients took, on average; 0 for none.</summary>
    public double MeanTransferSeconds(IEnumerable<string> clients) =>
        clients.Select(Of).OfType<ClientProgress>().Select(p => p.TransferSeconds).DefaultIfEmpty().Average();
}
