using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Simulation.Invariants;

/// <summary>I5: one round is open at a time, and none goes back or ends twice.</summary>
internal sealed class RoundsMoveForward : Invariant
{
    public override void OnCommit(int process, RunCommit commit)
    {
        // A refusal changes nothing but the log, and may come at any time.
        Require(Ledger.Outcome is null || commit.Effect is RunEffect.RefuseUpdate or RunEffect.NoteRefusal, $"{commit.Effect.GetType().Name} after the run's end");
        switch (commit.Effect)
        {
            case RunEffect.OpenRound e:
                Require(Ledger.Rounds.Values.All(r => r.IsOver), $"round {e.Round.Number} opens while another is open");
                break;
            case RunEffect.Aggregate e:
                RequireStatus(e.Round, RoundStatus.Fitting);
                break;
            case RunEffect.Publish e:
                RequireStatus(e.Round, RoundStatus.Aggregating);
                break;
            case RunEffect.CloseRound e:
                RequireStatus(e.Round, RoundStatus.Evaluating);
                break;
            case RunEffect.VoidRound e:
                Require(Ledger.Rounds[e.Round.Number].Status is RoundStatus.Fitting or RoundStatus.Aggregating, $"round {e.Round.Number} is void after it was {Ledger.Rounds[e.Round.Number].Status}");
                break;
            default:
                break;
        }
    }

    private void RequireStatus(RoundState round, RoundStatus status) =>
        Require(Ledger.Rounds[round.Number].Status == status, $"round {round.Number} goes on from {Ledger.Rounds[round.Number].Status}, not {status}");
}
