using CsCheck;
using FedLearn.Core.Rounds;

namespace FedLearn.Core.Tests.Rounds;

public class RunWalkTests
{
    private const int Walks = 1000;

    [Fact]
    public void Walk_AnySpecAnyEvents_KeepsTheInvariants()
    {
        var (published, voided, evaluated, over) = (0, 0, 0, 0);
        Gen.Select(RunWalk.Specs, RunWalk.Moves).Sample(
            (spec, moves) =>
            {
                var invariants = new RunInvariants();
                var state = Walk(new RunState { Spec = spec, Eligible = TestRun.Clients(8) }, moves, invariants);
                Interlocked.Add(ref published, invariants.Seen.Published);
                Interlocked.Add(ref voided, invariants.Seen.Void);
                Interlocked.Add(ref evaluated, invariants.Seen.Evaluated);
                Interlocked.Add(ref over, state.Phase == RunPhase.Over ? 1 : 0);
            },
            iter: Walks);

        // The walks mean something only if they go everywhere.
        Assert.All([published, voided, evaluated, over], count => Assert.True(count > Walks / 20, $"seen only {count} times in {Walks} walks"));
    }

    [Fact]
    public void Walk_DeadlinesAlone_BringEveryRunToAnEndOrToWaitForSomebody() =>
        Gen.Select(RunWalk.Specs, RunWalk.Moves).Sample(
            (spec, moves) =>
            {
                spec = spec with { Stop = spec.Stop with { WallSeconds = 1000 } };
                var state = Walk(new RunState { Spec = spec, Eligible = TestRun.Clients(8) }, moves, new RunInvariants());
                var now = TimeSpan.FromSeconds(moves.Sum(m => m.Seconds));
                for (var ticks = 0; RunMachine.NextDeadline(state, now) is { } next; ticks++)
                {
                    Assert.True(ticks < 2000, "the run ticks on without an end");
                    now = next;
                    state = RunMachine.Decide(state, new RunEvent.Tick(), now).State;
                }

                Assert.True(state.Phase is RunPhase.Over or RunPhase.Aggregating);
            },
            iter: Walks / 10);

    private static RunState Walk(RunState state, Move[] moves, RunInvariants invariants)
    {
        var now = TimeSpan.Zero;
        foreach (var move in moves)
        {
            now += TimeSpan.FromSeconds(move.Seconds);
            var happened = move.Event(state);
            var decision = RunMachine.Decide(state, happened, now);

            Assert.Equal(RunText.Of(decision), RunText.Of(RunMachine.Decide(state, happened, now)));
            foreach (var effect in decision.Effects)
            {
                invariants.Take(effect);
                AsksWhoMayBeAsked(effect, decision.State);
            }

            invariants.Agrees(decision.State);
            RefusedEventsLeaveNoTrace(state, happened, decision, now);
            DeadlineIsAheadAndChangesSomething(decision.State, now);
            state = decision.State;
        }

        return state;
    }

    private static void AsksWhoMayBeAsked(RunEffect effect, RunState after)
    {
        Assert.True(effect is not RunEffect.OpenRound opened || opened.Round.Cohort.IsSubsetOf(after.Eligible), "the cohort holds one who may not train");
        Assert.True(effect is not RunEffect.OpenEvaluation due || due.Round.Evaluators.IsSupersetOf(after.EvaluateOnly), "one who only evaluates is left out");
    }

    private static void RefusedEventsLeaveNoTrace(RunState before, RunEvent happened, Decision decision, TimeSpan now)
    {
        if (decision.Effects.Any(e => e is RunEffect.RefuseUpdate or RunEffect.RepeatReceipt or RunEffect.IgnoreEvaluation))
        {
            var timeAlone = RunMachine.Decide(before, new RunEvent.Tick(), now);
            Assert.Equal(RunText.Of(timeAlone.State), RunText.Of(decision.State));
            Assert.Equal(timeAlone.Effects.Count + 1, decision.Effects.Count);
            Assert.True(happened is RunEvent.UpdateSealed or RunEvent.EvaluationReported);
        }
    }

    private static void DeadlineIsAheadAndChangesSomething(RunState state, TimeSpan now)
    {
        Assert.Empty(RunMachine.Decide(state, new RunEvent.Tick(), now).Effects); // what was due is done
        if (RunMachine.NextDeadline(state, now) is { } next)
        {
            Assert.True(next > now);
            Assert.Empty(RunMachine.Decide(state, new RunEvent.Tick(), next - TimeSpan.FromTicks(1)).Effects);
            Assert.NotEmpty(RunMachine.Decide(state, new RunEvent.Tick(), next).Effects);
        }
    }
}
