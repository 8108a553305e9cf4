using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Rounds;

/// <summary>What a run's loop is sent. One reader takes them in order.</summary>
internal abstract record RunMessage
{
    /// <summary>An event for the state machine, with who waits for the reply.</summary>
    public sealed record Happened(RunEvent Event, TaskCompletionSource<RunReply>? Reply = null, SealedUpdate? Update = null, StoredVersion? Version = null)
        : RunMessage;

    /// <summary>A client came online and wants the run's current state.</summary>
    public sealed record Attach(WatchSession Session, TaskCompletionSource Attached) : RunMessage;

    /// <summary>A client accepted the run, with the number of its training examples (0 = it does not say), or declined it with a reason.</summary>
    public sealed record Answer(string ClientId, string? DeclineReason, long NumExamples = 0) : RunMessage
    {
        /// <summary>Whether it accepted to evaluate only.</summary>
        public bool EvaluateOnly { get; init; }

        /// <summary>What it says of its training set, where it accepted and says anything.</summary>
        public DataReport? Data { get; init; }
    }

    /// <summary>A client went offline.</summary>
    public sealed record Gone(string ClientId) : RunMessage;
}
