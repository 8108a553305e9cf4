using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Rounds;

/// <summary>
/// The single writer of a run, synchronous: takes messages in order, lets the state machine decide, makes the effects durable, and
/// only then lets anybody see them. It has no thread, queue or timer of its own: <see cref="RunLoop"/> pumps it.
/// </summary>
/// <remarks>
/// Messages that come together are decided together and committed in one transaction, so that many acknowledgements cost one
/// fsync. Where the store cannot take a commit (busy, full), the state goes back to before the batch and every caller is told to
/// try again; what nobody would bring a second time, such as a ready aggregate, is kept and decided anew. An unknown outcome is an
/// exception, after which this writer must not be used again: the next process decides by what is on disk.
/// </remarks>
internal sealed class RunWriter : IAsyncDisposable
{
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    private readonly RunServices _services;
    private readonly RunEffects _effects;
    private readonly List<RunMessage.Happened> _toRetry = [];
    private Roster _roster;
    private bool _refused;

    /// <summary>Goes on with a run as it lies on disk.</summary>
    /// <param name="stored">The run.</param>
    /// <param name="newest">Its newest version.</param>
    /// <param name="services">What it works with.</param>
    /// <param name="post">Takes what the background work says, for a later <see cref="Take"/>; called from any thread.</param>
    public RunWriter(StoredRun stored, StoredVersion newest, RunServices services, Action<RunMessage> post)
    {
        (_services, _roster) = (services, Roster.Of(stored.State));
        Run = new OpenRun(stored, newest, services.Time, services.Metrics is { } metrics ? new(metrics, stored.State.Spec.Name) : null);
        Run.State = Run.State with
        {
            Started = Now,
            Round = Run.State.Round is { } open ? open with { StageStarted = Now } : null,
        };
        _effects = new RunEffects(Run, services, post);
    }

    public static RunMessage.Happened Tick => new(new RunEvent.Tick());

    public OpenRun Run { get; }

    private RunMessage.Happened EligibleNow => new(_roster.ToEvent());

    private TimeSpan Now => _services.Now;

    /// <summary>Starts what the last process did not finish. Called once, before the first <see cref="Take"/>.</summary>
    public void Resume() => _effects.ResumeAfterRestart();

    /// <summary>Takes a batch of messages, in order, and answers them.</summary>
    /// <returns>After how long a <see cref="Tick"/> is to be taken at the latest; null where time alone changes nothing.</returns>
    public TimeSpan? Take(IReadOnlyList<RunMessage> messages)
    {
        _refused = false;
        var batch = new RunBatch(Run.State, _services.Decide);
        if (_roster.IsNewFor(Run.State))
        {
            // A batch was refused in which somebody came or went.
            batch.Decide(EligibleNow, Now);
        }

        _toRetry.ForEach(m => batch.Decide(m, Now));
        _toRetry.Clear();
        foreach (var message in messages)
        {
            switch (message)
            {
                case RunMessage.Happened h:
                    batch.Decide(h, Now);
                    break;
                case RunMessage.Answer a:
                    TakeAnswer(a);
                    batch.Decide(EligibleNow, Now);
                    break;
                case RunMessage.Gone g when _services.Hub.IsOnline(g.ClientId):
                    // It is back already, and perhaps its new answer was read before this.
                    break;
                case RunMessage.Gone g:
                    _roster = _roster.Without(g.ClientId);
                    batch.Decide(EligibleNow, Now);
                    break;
                case RunMessage.Attach a:
                    Commit(batch);
                    batch = new RunBatch(Run.State, _services.Decide);
                    Attach(a);
                    break;
                default:
                    throw new InvalidOperationException($"unknown message {message}");
            }
        }

        Commit(batch);
        return UntilNext();
    }

    /// <summary>Waits for the background work to end.</summary>
    public ValueTask DisposeAsync() => _effects.DisposeAsync();

    private void Commit(RunBatch batch)
    {
        var commits = _effects.ToCommits(batch.Effects);
        var outcome = commits.Count == 0 ? CommitOutcome.Done : _services.Store.Commit(Run.Id, commits);
        if (outcome != CommitOutcome.Done)
        {
            _services.Log.StoreRefused(Run.Id, outcome.ToString());
            batch.RefuseAll(outcome);
            _toRetry.AddRange(batch.WithoutCaller);
            _refused = true;
            return;
        }

        _effects.RecordUpdates(batch.Effects);
        Run.State = batch.State;
        _effects.CarryOut(batch.Effects, Now);
        batch.ReplyAll();
        if (commits.Count > 0)
        {
            Run.Feed.Changed();
        }
    }

    private void Attach(RunMessage.Attach attach)
    {
        if (Run.State.Phase != RunPhase.Over && Run.Spec.Cohort.Admits(attach.Session.ClientId))
        {
            foreach (var message in Assignments.Current(Run, attach.Session.ClientId, Now))
            {
                attach.Session.Send(message);
            }
        }

        attach.Attached.TrySetResult();
    }

    private void TakeAnswer(RunMessage.Answer answer)
    {
        if (answer.DeclineReason is { } reason)
        {
            _services.Log.RunDeclined(Run.Spec.Name, answer.ClientId, reason);
            _roster = _roster.Without(answer.ClientId);
            Run.Declined = Run.Declined.SetItem(answer.ClientId, reason);
        }
        else
        {
            // An answer that is read after its client's stream has ended selects nobody: the client would stay selectable for ever.
            if (_services.Hub.IsOnline(answer.ClientId))
            {
                _roster = _roster.With(answer);
            }

            Run.Declined = Run.Declined.Remove(answer.ClientId);
        }

        Run.TakeReport(answer.ClientId, answer.Data);

        Run.Feed.Changed();
    }

    /// <summary>A refused batch is tried again soon, whatever the deadlines say: one of them may be what was refused.</summary>
    private TimeSpan? UntilNext()
    {
        var now = Now;
        return _refused ? StoreRetry : RunMachine.NextDeadline(Run.State, now) - now;
    }
}
