namespace FedLearn.Core.Rounds;

/// <summary>One step of <see cref="RunMachine"/>: the state as it changes, and the effects gathered on the way.</summary>
internal sealed partial class RunStep(RunState state, TimeSpan now)
{
    private readonly List<RunEffect> _effects = [];
    private RunState _state = state;

    private RoundState Round => _state.Round ?? throw new InvalidOperationException($"no round is open in phase {_state.Phase}");

    public Decision ToDecision() => new(_state, _effects);

    public void SetEligible(RunEvent.EligibleChanged e) => _state = _state with
    {
        Eligible = e.Eligible,
        EvaluateOnly = e.EvaluateOnly,
        Facts = _state.Facts with { Announced = e.Announced ?? SelectionFacts.None.Announced },
    };

    /// <summary>Lets everything happen that is due now.</summary>
    public void Advance()
    {
        while (AdvanceOnce())
        {
        }
    }

    public void Note(RunEvent.UpdateRejected e) => _effects.Add(new RunEffect.NoteRefusal(e.ClientId, e.Round, e.Reason));

    public void Stop(string reason)
    {
        if (_state.Phase == RunPhase.Over)
        {
            return;
        }

        if (_state.Phase is RunPhase.Fitting or RunPhase.Aggregating)
        {
            Void($"the run was stopped: {reason}");
        }
        else if (_state.Phase == RunPhase.Evaluating)
        {
            CloseWithReports();
        }

        if (_state.Phase != RunPhase.Over)
        {
            End(RunOutcome.Stopped, reason);
        }
    }

    public void Pause(RunEvent.PauseRequested e)
    {
        if (_state is { Phase: not RunPhase.Over, Paused: null })
        {
            _state = _state with { Paused = PauseText.Of(e.By, e.Reason) };
            _effects.Add(new RunEffect.PauseRun(e.By, e.Reason));
        }
    }

    public void Resume(RunEvent.ResumeRequested e)
    {
        if (_state is { Phase: not RunPhase.Over, Paused: not null })
        {
            _state = _state with { Paused = null };
            _effects.Add(new RunEffect.ResumeRun(e.By));
        }
    }

    private bool AdvanceOnce() => _state.Phase switch
    {
        RunPhase.Waiting => TryEndByTime() || TryOpenRound(),
        RunPhase.Fitting => TryCloseFit(),
        RunPhase.Evaluating => TryCloseEvaluation(),
        _ => false,
    };

    private bool TryEndByTime()
    {
        if (now < Deadlines.RunEnds(_state))
        {
            return false;
        }

        End(RunOutcome.Completed, StopRule.WallTimeReason(_state.Spec.Stop));
        return true;
    }

    private bool TryOpenRound()
    {
        if (_state.Paused is not null || now < _state.NotBefore || _state.Eligible.Count < Selection.Needed(_state.Spec))
        {
            return false;
        }

        var number = _state.LastRound + 1;
        var closing = _state.Spec.Closing;
        var cohort = Selection.FitCohort(_state.Spec, number, _state.Eligible, _state.Facts);
        var wanted = closing.MaxUpdates > 0 ? closing.MaxUpdates : Selection.Wanted(_state.Spec, _state.Eligible.Count);
        var round = new RoundState
        {
            Number = number,
            BaseVersion = _state.Version,
            Cohort = cohort,
            Wanted = Math.Min(cohort.Count, wanted),
            StageStarted = now,
        };
        _state = _state with { Phase = RunPhase.Fitting, LastRound = number, Round = round };
        Remember(facts => facts.Opened(number, cohort));
        _effects.Add(new RunEffect.OpenRound(round));
        return true;
    }

    private void Remember(Func<SelectionFacts, SelectionFacts> happened)
    {
        if (Selection.UsesRecords(_state.Spec))
        {
            _state = _state with { Facts = happened(_state.Facts) };
        }
    }

    private void End(RunOutcome outcome, string reason)
    {
        _state = _state with { Phase = RunPhase.Over, Round = null, Outcome = outcome };
        _effects.Add(new RunEffect.EndRun(outcome, reason));
    }
}
