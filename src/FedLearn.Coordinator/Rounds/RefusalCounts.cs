namespace FedLearn.Coordinator.Rounds;

/// <summary>
/// Which refusals the log tells of: a few of each client and round of the run, since who is refused may go on for ever. Rounds are those that the run
/// opened, not those that an update claims. Thread safe.
/// </summary>
internal sealed class RefusalCounts
{
    /// <summary>The refusals of a client in a round that are told.</summary>
    public const int Most = 3;

    private readonly Dictionary<string, int> _ofClient = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _round;

    /// <summary>Counts a refusal. False where it is one too many.</summary>
    public bool Count(int round, string clientId)
    {
        lock (_gate)
        {
            if (round > _round)
            {
                _ofClient.Clear();
                _round = round;
            }

            return (_ofClient[clientId] = _ofClient.GetValueOrDefault(clientId) + 1) <= Most;
        }
    }
}
