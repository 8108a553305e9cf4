using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I8: stages close and updates are late by elapsed time; the wall clock moves nothing.</summary>
internal sealed class DeadlinesAreMonotonic : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        var closing = World.Plan.Spec.Closing;
        switch (commit.Effect)
        {
            case RunEffect.AcceptUpdate e:
                Require(Elapsed(e.Round) < TimeSpan.FromSeconds(closing.MaxSeconds), $"an update of round {e.Round} is accepted {Elapsed(e.Round).TotalSeconds} s after its opening; {closing.MaxSeconds} s are allowed");
                break;
            case RunEffect.Aggregate { Round: var r } when r.Updates.Count + r.Declined.Count < r.Cohort.Count:
                var enough = r.Updates.Count >= r.Wanted && Elapsed(r.Number) >= TimeSpan.FromSeconds(closing.MinSeconds);
                Require(enough || IsDue(r.Number, closing.MaxSeconds), $"round {r.Number} closes after {Elapsed(r.Number).TotalSeconds} s with {r.Updates.Count} updates");
                break;
            case RunEffect.VoidRound { Round: var r, Reason: var reason } when reason.Contains(" came within ", StringComparison.Ordinal):
                Require(IsDue(r.Number, closing.MaxSeconds) || r.Updates.Count + r.Declined.Count == r.Cohort.Count, $"round {r.Number} is void after {Elapsed(r.Number).TotalSeconds} s: {reason}");
                break;
            case RunEffect.CloseRound { Round: { Evaluators.Count: > 0 } r } when r.Reports.Count + r.Declined.Count < r.Evaluators.Count && !Ledger.StopRequested:
                Require(IsDue(r.Number, World.Plan.Spec.Evaluation.MaxSeconds), $"the evaluation of round {r.Number} ends after {Elapsed(r.Number).TotalSeconds} s");
                break;
            default:
                break;
        }
    }

    private TimeSpan Elapsed(int round) => World.Now - Ledger.Rounds[round].StageStarted;

    private bool IsDue(int round, double seconds)
    {
        var wall = World.Plan.Spec.Stop.WallSeconds;
        return Elapsed(round) >= TimeSpan.FromSeconds(seconds) || (wall > 0 && World.Now - Ledger.ProcessStarted >= TimeSpan.FromSeconds(wall));
    }
}
