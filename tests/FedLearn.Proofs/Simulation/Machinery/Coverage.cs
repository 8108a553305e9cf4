using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Machinery;

/// <summary>Counts what simulations did: each kind of fault, each transition of the state machine, each answer.</summary>
internal sealed class Coverage
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>An acknowledged update was found in its round's version.</summary>
    public const string SettledByVersion = "settled: an acknowledged update is in a version";

    /// <summary>An acknowledged update's round was found void, with the reason.</summary>
    public const string SettledByVoid = "settled: an acknowledged update's round is void";

    /// <summary>A disturbed run was compared with the one that was not.</summary>
    public const string TwinCompared = "twin: same bits as undisturbed";

    /// <summary>What many seeds together must have done at least once.</summary>
    public static IReadOnlyList<string> Required { get; } =
    [
        .. Enum.GetNames<Fault>().Select(f => $"fault {f}"),
        .. Enum.GetNames<Refusal>().Select(r => $"refusal {r}"),
        .. typeof(RunEvent).GetNestedTypes().Select(t => $"event {t.Name}"),
        .. typeof(RunEffect).GetNestedTypes().Select(t => $"effect {t.Name}"),
        .. from r in Enum.GetNames<RunPhase>() where r != nameof(RunPhase.Over) select $"recovery while {r}",
        .. Transitions.All.Select(t => $"transition {t}"),
        SettledByVersion,
        SettledByVoid,
        TwinCompared,
    ];

    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>What is required and was never done.</summary>
    public IEnumerable<string> Missing => Required.Where(r => !_counts.ContainsKey(r));

    public void Hit(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;

    public void Add(Coverage other)
    {
        foreach (var (what, count) in other._counts)
        {
            _counts[what] = _counts.GetValueOrDefault(what) + count;
        }
    }
}
