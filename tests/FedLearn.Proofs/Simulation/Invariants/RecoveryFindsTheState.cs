using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>A process that started now would go on from the very state that the living one is in, but for clocks and for who is there.</summary>
internal sealed class RecoveryFindsTheState : Invariant
{
    public override void AfterStep()
    {
        if (World.Current is { Alive: true, Run.State: { Phase: not RunPhase.Over } living } && !World.IsOver)
        {
            var (expected, found) = (Text(living), Text(World.Rows.Load().State));
            Require(found == expected, $"recovery would find {found}, the process is in {expected}");
        }
    }

    private static string Text(RunState state)
    {
        var text = $"{state.Phase}, round {state.LastRound}, v{state.Version}, {state.VoidsInARow} void, {state.Paused ?? "not paused"}, best {state.Best}, knows [{string.Join(',', state.Facts.Records.Select(r => $"{r.Key} {r.Value}"))}]";
        return state.Round is not { } r
            ? text
            : $"{text}: {r.Number} on v{r.BaseVersion}, wants {r.Wanted} of [{Ids(r.Cohort)}], has [{string.Join(',', r.Updates.Select(u => $"{u.Key} {u.Value}"))}], "
            + $"evaluated by [{Ids(r.Evaluators)}], has [{Ids(r.Reports.Keys)}]";
    }

    private static string Ids(IEnumerable<string> ids) => string.Join(',', ids);
}
