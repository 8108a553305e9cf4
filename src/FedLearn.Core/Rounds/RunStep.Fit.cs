using FedLearn.Core.Specs;

namespace FedLearn.Core.Rounds;

// The fit stage: taking updates, closing, aggregating.
internal sealed partial class RunStep
{
    public void TakeUpdate(RunEvent.UpdateSealed e)
    {
        if (_state.Round is { } round && round.Number == e.Round && round.Updates.TryGetValue(e.ClientId, out var accepted))
        {
            _effects.Add(accepted.Digest == e.Update.Digest && accepted.NumExamples == e.Update.NumExamples
                ? new RunEffect.RepeatReceipt(e.ClientId, e.Round)
                : new RunEffect.RefuseUpdate(e.ClientId, e.Round, Refusal.AnotherAccepted, Late: false));
            return;
        }

        if (RunMachine.WhyNot(_state, e.ClientId, e.Round, e.BaseVersion) is { } refusal)
        {
            _effects.Add(new RunEffect.RefuseUpdate(e.ClientId, e.Round, refusal, Late: refusal == Refusal.RoundClosed));
            return;
        }

        SetRound(Round with { Updates = Round.Updates.Add(e.ClientId, e.Update) });
        _effects.Add(new RunEffect.AcceptUpdate(e.ClientId, e.Round, e.Update));
    }

    public void TakeDecline(RunEvent.StageDeclined e)
    {
        if (_state.Phase != e.Stage || _state.Round is not { } round || round.Number != e.Round)
        {
            return;
        }

        var asked = e.Stage == RunPhase.Fitting
            ? round.Cohort.Contains(e.ClientId) && !round.Updates.ContainsKey(e.ClientId)
            : round.Evaluators.Contains(e.ClientId) && !round.Reports.ContainsKey(e.ClientId);
        if (asked)
        {
            SetRound(round with { Declined = round.Declined.Add(e.ClientId) });
        }
    }

    public void TakeAggregate(RunEvent.AggregateReady e)
    {
        if (_state.Phase != RunPhase.Aggregating || Round.Number != e.Round || e.Version != _state.Version + 1)
        {
            return;
        }

        _state = _state with { Version = e.Version, VoidsInARow = 0 };
        Remember(facts => facts.Closed(Round.Cohort, Round.Updates));
        _effects.Add(new RunEffect.Publish(Round, e.Version));
        if (EvaluationIsDue())
        {
            OpenEvaluation();
        }
        else
        {
            CloseRound(Round, NoMetrics);
        }
    }

    public void TakeFailure(RunEvent.AggregationFailed e)
    {
        if (_state.Phase == RunPhase.Aggregating && Round.Number == e.Round)
        {
            Void(e.Reason);
        }
    }

    private bool TryCloseFit()
    {
        var round = Round;
        var closing = _state.Spec.Closing;
        var delivered = round.Updates.Count;
        var outstanding = round.Cohort.Count - delivered - round.Declined.Count;

        if (delivered + outstanding < closing.MinUpdates)
        {
            Void($"{round.Declined.Count} of {round.Cohort.Count} selected clients gave the round up; "
                + $"{closing.MinUpdates} updates are needed and {delivered + outstanding} at most could come");
            return true;
        }

        var enough = outstanding == 0 || (delivered >= round.Wanted && now >= Deadlines.FitStaysOpen(_state));
        if (!enough && now < Deadlines.FitEnds(_state))
        {
            return false;
        }

        if (delivered < closing.MinUpdates)
        {
            Void($"{delivered} of {round.Cohort.Count} updates came within {(now - round.StageStarted).TotalSeconds:0.#} s; {closing.MinUpdates} are needed");
            return true;
        }

        if (StrategyKinds.RuleOf(_state.Spec.Strategy).Bounds.WhyNot(delivered) is { } why)
        {
            Void($"strategy {_state.Spec.Strategy.Kind} {why}");
            return true;
        }

        _state = _state with { Phase = RunPhase.Aggregating };
        _effects.Add(new RunEffect.Aggregate(round, _state.Version + 1));
        return true;
    }

    private void Void(string reason)
    {
        var voids = _state.VoidsInARow + 1;
        _effects.Add(new RunEffect.VoidRound(Round, reason));
        Remember(facts => facts.Closed(Round.Cohort, Round.Updates));
        _state = _state with
        {
            Phase = RunPhase.Waiting,
            Round = null,
            VoidsInARow = voids,
            NotBefore = now + RunMachine.PauseAfter(voids),
        };
    }

    private void SetRound(RoundState round) => _state = _state with { Round = round };
}
