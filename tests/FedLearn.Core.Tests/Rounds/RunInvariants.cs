using FedLearn.Core.Rounds;

namespace FedLearn.Core.Tests.Rounds;

/// <summary>
/// A second, much simpler machine that only reads the effects, as the store does, and refuses every sequence that breaks an
/// invariant of design.md section 4.
/// </summary>
internal sealed class RunInvariants
{
    private readonly Dictionary<(string Client, int Round), AcceptedUpdate> _owed = []; // accepted, and neither published nor void yet
    private readonly HashSet<(string Client, int Round)> _accepted = [];
    private RunPhase _phase = RunPhase.Waiting;
    private bool _paused;
    private int _round;
    private int _version;

    /// <summary>Rounds that were published, void, and evaluated: so that a test can see that its walks went everywhere.</summary>
    public (int Published, int Void, int Evaluated) Seen { get; private set; }

    public void Take(RunEffect effect)
    {
        Assert.NotEqual(RunPhase.Over, effect is RunEffect.RefuseUpdate or RunEffect.NoteRefusal or RunEffect.IgnoreEvaluation ? RunPhase.Waiting : _phase);
        switch (effect)
        {
            case RunEffect.OpenRound e:
                Step(RunPhase.Waiting, RunPhase.Fitting);
                Assert.False(_paused, "a round opens while the run is paused");
                Assert.Equal(++_round, e.Round.Number);
                Assert.Equal(_version, e.Round.BaseVersion);
                Assert.Empty(e.Round.Updates);
                break;
            case RunEffect.AcceptUpdate e:
                Assert.Equal((RunPhase.Fitting, _round), (_phase, e.Round));
                Assert.True(_accepted.Add((e.ClientId, e.Round)), "an update was accepted twice");
                _owed.Add((e.ClientId, e.Round), e.Update);
                break;
            case RunEffect.RepeatReceipt e:
                Assert.Equal(_round, e.Round);
                Assert.Contains((e.ClientId, e.Round), _accepted);
                break;
            case RunEffect.Aggregate e:
                Step(RunPhase.Fitting, RunPhase.Aggregating);
                Assert.Equal(_version + 1, e.NewVersion);
                HoldsAllOwed(e.Round);
                break;
            case RunEffect.Publish e:
                Assert.Equal(RunPhase.Aggregating, _phase);
                Assert.Equal(++_version, e.Version);
                Settle(e.Round);
                Seen = Seen with { Published = Seen.Published + 1 };
                break;
            case RunEffect.OpenEvaluation e:
                Step(RunPhase.Aggregating, RunPhase.Evaluating);
                Assert.Equal((_round, _version), (e.Round.Number, e.Version));
                Assert.Empty(_owed);
                Seen = Seen with { Evaluated = Seen.Evaluated + 1 };
                break;
            case RunEffect.RecordEvaluation e:
                Assert.Equal((RunPhase.Evaluating, _round), (_phase, e.Round));
                break;
            case RunEffect.CloseRound e:
                Assert.True(_phase is RunPhase.Aggregating or RunPhase.Evaluating);
                Assert.Equal(_round, e.Round.Number);
                Assert.Empty(_owed); // it was published, so every update is settled
                _phase = RunPhase.Waiting;
                break;
            case RunEffect.VoidRound e:
                Assert.True(_phase is RunPhase.Fitting or RunPhase.Aggregating);
                Assert.NotEmpty(e.Reason);
                Settle(e.Round);
                Seen = Seen with { Void = Seen.Void + 1 };
                _phase = RunPhase.Waiting;
                break;
            case RunEffect.PauseRun:
                Assert.False(_paused);
                _paused = true;
                break;
            case RunEffect.ResumeRun:
                Assert.True(_paused);
                _paused = false;
                break;
            case RunEffect.EndRun:
                Step(RunPhase.Waiting, RunPhase.Over);
                break;
        }
    }

    /// <summary>What the effects add up to is what the machine says of itself.</summary>
    public void Agrees(RunState state)
    {
        Assert.Equal((_phase, _round, _version, _paused), (state.Phase, state.LastRound, state.Version, state.Paused is not null));
        Assert.Equal(_phase is RunPhase.Waiting or RunPhase.Over, state.Round is null);
        if (state.Round is { } round && _phase != RunPhase.Evaluating)
        {
            HoldsAllOwed(round);
            Assert.True(round.Cohort.IsSupersetOf(round.Updates.Keys));
            Assert.False(round.Declined.Overlaps(round.Updates.Keys));
        }
    }

    private void Step(RunPhase from, RunPhase to)
    {
        Assert.Equal(from, _phase);
        _phase = to;
    }

    private void HoldsAllOwed(RoundState round) =>
        Assert.Equal(_owed.OrderBy(o => o.Key.Client, StringComparer.Ordinal), round.Updates.Select(u => KeyValuePair.Create((u.Key, round.Number), u.Value)));

    private void Settle(RoundState round)
    {
        HoldsAllOwed(round);
        _owed.Clear();
    }
}
