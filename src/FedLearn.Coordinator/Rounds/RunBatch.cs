using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Rounds;

/// <summary>An effect, and the message that it follows from.</summary>
internal readonly record struct CausedEffect(RunEffect Effect, RunMessage.Happened Cause);

/// <summary>Decisions that are committed together.</summary>
internal sealed class RunBatch(RunState before, Func<RunState, RunEvent, TimeSpan, Decision> decide)
{
    private readonly List<CausedEffect> _effects = [];
    private readonly List<RunMessage.Happened> _messages = [];

    public RunState State { get; private set; } = before;

    public IReadOnlyList<CausedEffect> Effects => _effects;

    public int Count => _messages.Count;

    /// <summary>What nobody waits for, and so nobody would bring again: all but the ticks, and but who was eligible then, which may be stale.</summary>
    public IEnumerable<RunMessage.Happened> WithoutCaller =>
        _messages.Where(m => m.Reply is null && m.Event is not (RunEvent.Tick or RunEvent.EligibleChanged));

    public void Decide(RunMessage.Happened message, TimeSpan now)
    {
        var decision = decide(State, message.Event, now);
        State = decision.State;
        _messages.Add(message);
        _effects.AddRange(decision.Effects.Select(e => new CausedEffect(e, message)));
    }

    /// <summary>Tells everyone that nothing changed.</summary>
    public void RefuseAll(CommitOutcome why)
    {
        foreach (var message in _messages)
        {
            message.Reply?.TrySetResult(new RunReply.Unavailable(why));
        }
    }

    /// <summary>Tells whoever has no reply yet that the event is taken.</summary>
    public void ReplyAll()
    {
        foreach (var message in _messages)
        {
            message.Reply?.TrySetResult(RunReply.Done.Instance);
        }
    }
}
