using FedLearn.Core.Models;

namespace FedLearn.Training.Sgd;

/// <summary>
/// The order in which a client takes its examples: a function of (run seed, round, client id) alone. The stream
/// <c>SeededRandom.For("batches", seed, round, clientId)</c> shuffles the numbers 0 .. count-1 anew before each epoch (Fisher-Yates, starting
/// from the order before); batches are consecutive pieces of it, the last one shorter where it does not come out even.
/// </summary>
internal sealed class BatchOrder
{
    private readonly SeededRandom _random;
    private readonly int[] _order;

    public BatchOrder(int count, long seed, int round, string clientId)
    {
        _random = SeededRandom.For("batches", seed, round, clientId);
        _order = [.. Enumerable.Range(0, count)];
    }

    /// <summary>Draws the next epoch's order.</summary>
    public ReadOnlySpan<int> NextEpoch()
    {
        _random.Shuffle<int>(_order);
        return _order;
    }
}
