using FedLearn.Coordinator.Storage;

namespace FedLearn.Coordinator.Dashboard.Data;

/// <summary>The rounds of a run, and what its clients contributed to those that are over.</summary>
internal sealed record RunPages(IReadOnlyList<RoundPoint> Rounds, IReadOnlyList<ClientShare> Shares);

/// <summary>What was read of a run: rounds that are over are read once, whoever watches.</summary>
internal sealed class RunBook(string runId, RunHistory history)
{
    private readonly Lock _gate = new();
    private readonly List<RoundPoint> _over = [];
    private readonly Dictionary<string, ClientShare> _shares = new(StringComparer.Ordinal);

    /// <summary>The run as it is now.</summary>
    public RunPages Read()
    {
        lock (_gate)
        {
            var known = _over.Count == 0 ? 0 : _over[^1].Number;
            var newer = history.Rounds(runId, known + 1);
            _over.AddRange(newer.TakeWhile(r => r.IsOver));
            if (_over.Count > 0 && _over[^1].Number > known)
            {
                AddShares(history.Shares(runId, known, _over[^1].Number));
            }

            return new([.. _over, .. newer.SkipWhile(r => r.IsOver)], [.. _shares.Values.OrderBy(s => s.ClientId, StringComparer.Ordinal)]);
        }
    }

    private void AddShares(IReadOnlyList<ClientShare> newer)
    {
        foreach (var share in newer)
        {
            _shares[share.ClientId] = _shares.TryGetValue(share.ClientId, out var s)
                ? new(s.ClientId, s.Updates + share.Updates, s.Examples + share.Examples, s.NormSum + share.NormSum, share.LastRound)
                : share;
        }
    }
}
