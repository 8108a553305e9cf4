using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Rounds;

/// <summary>What a run says to whoever brought it an event, once its effects are durable.</summary>
internal abstract record RunReply
{
    /// <summary>Taken, and durable.</summary>
    public sealed record Done : RunReply
    {
        public static Done Instance { get; } = new();
    }

    /// <summary>The update is accepted and durable (now, or when it came the first time).</summary>
    public sealed record Accepted(SealedUpdate Update) : RunReply;

    /// <summary>The update is refused; nothing changed.</summary>
    public sealed record Refused(Refusal Reason) : RunReply;

    /// <summary>An evaluation report that the run does not wait for.</summary>
    public sealed record NotExpected : RunReply
    {
        public static NotExpected Instance { get; } = new();
    }

    /// <summary>The store could not take it; nothing changed, and the caller may try again.</summary>
    public sealed record Unavailable(CommitOutcome Why) : RunReply;
}
