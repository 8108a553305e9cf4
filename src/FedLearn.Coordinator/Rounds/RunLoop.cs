using System.Collections.Immutable;
using System.Threading.Channels;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Rounds;

/// <summary>
/// The single writer of a run: takes messages in order, lets <see cref="RunMachine"/> decide, makes the effects durable, and only
/// then lets anybody see them.
/// </summary>
/// <remarks>
/// Messages that wait together are decided together and committed in one transaction, so that many acknowledgements cost one
/// fsync. Where the store cannot take a commit (busy, full), the state goes back to before the batch and every caller is told to
/// try again; what nobody would bring a second time, such as a ready aggregate, is kept and decided anew. An unknown outcome ends the process: the next start decides by what is on disk.
/// </remarks>
internal sealed class RunLoop : IAsyncDisposable
{
    private const int BatchSize = 256;
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    // A timer takes at most 49 days and a wall time may be longer; a tick too many changes nothing.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Channel<RunMessage> _inbox = Channel.CreateUnbounded<RunMessage>(new() { SingleReader = true });
    private readonly RunServices _services;
    private readonly RunEffects _effects;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private readonly List<RunMessage.Happened> _toRetry = [];
    private ImmutableSortedSet<string> _eligible = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public RunLoop(StoredRun stored, StoredVersion newest, RunServices services)
    {
        _services = services;
        Run = new OpenRun(stored, newest);
        Run.State = Run.State with
        {
            Started = Now,
            Round = Run.State.Round is { } open ? open with { StageStarted = Now } : null,
        };
        _effects = new RunEffects(Run, services, stored.Updates, message => Post(message));
        _timer = services.Time.CreateTimer(_ => Post(Tick), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _effects.ResumeAfterRestart();
        _running = Task.Run(RunAsync);
        Post(Tick);
    }

    public OpenRun Run { get; }

    private static RunMessage.Happened Tick => new(new RunEvent.Tick());

    private TimeSpan Now => _services.Now;

    /// <summary>Queues a message. False where the loop has ended.</summary>
    public bool Post(RunMessage message) => _inbox.Writer.TryWrite(message);

    /// <summary>Brings an event, and waits for what the run says once it is durable.</summary>
    public async Task<RunReply> AskAsync(RunEvent happened, SealedUpdate? update = null)
    {
        var reply = new TaskCompletionSource<RunReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        return Post(new RunMessage.Happened(happened, reply, update))
            ? await reply.Task.ConfigureAwait(false)
            : new RunReply.Unavailable(CommitOutcome.Busy);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _effects.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _inbox.Reader.WaitToReadAsync(_stopping.Token).ConfigureAwait(false))
            {
                TakeBatch();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            RefuseWaiting();
        }
        catch (Exception e)
        {
            _services.Fatal($"run {Run.Id}: the outcome of a write is unknown, so this process ends; the next start decides by what is on disk", e);
            RefuseWaiting();
        }
    }

    private void TakeBatch()
    {
        var batch = new RunBatch(Run.State);
        _toRetry.ForEach(m => batch.Decide(m, Now));
        _toRetry.Clear();
        while (batch.Count < BatchSize && _inbox.Reader.TryRead(out var message))
        {
            switch (message)
            {
                case RunMessage.Happened h:
                    batch.Decide(h, Now);
                    break;
                case RunMessage.Answer a:
                    TakeAnswer(a);
                    batch.Decide(new(new RunEvent.EligibleChanged(_eligible)), Now);
                    break;
                case RunMessage.Gone g:
                    _eligible = _eligible.Remove(g.ClientId);
                    batch.Decide(new(new RunEvent.EligibleChanged(_eligible)), Now);
                    break;
                case RunMessage.Attach a:
                    Commit(batch);
                    batch = new RunBatch(Run.State);
                    Attach(a);
                    break;
                default:
                    throw new InvalidOperationException($"unknown message {message}");
            }
        }

        Commit(batch);
    }

    private void Commit(RunBatch batch)
    {
        var commits = _effects.ToCommits(batch.Effects);
        var outcome = commits.Count == 0 ? CommitOutcome.Done : _services.Store.Commit(Run.Id, commits);
        if (outcome != CommitOutcome.Done)
        {
            _services.Log.StoreRefused(Run.Id, outcome.ToString());
            batch.RefuseAll(outcome);
            _toRetry.AddRange(batch.WithoutCaller);
            _timer.Change(StoreRetry, Timeout.InfiniteTimeSpan);
            return;
        }

        Run.State = batch.State;
        _effects.CarryOut(batch.Effects, Now);
        batch.ReplyAll();
        if (commits.Count > 0)
        {
            Run.Feed.Changed();
        }

        ArmTimer();
    }

    private void Attach(RunMessage.Attach attach)
    {
        if (Run.State.Phase != RunPhase.Over)
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
            _eligible = _eligible.Remove(answer.ClientId);
            Run.Declined = Run.Declined.SetItem(answer.ClientId, reason);
        }
        else
        {
            _eligible = _eligible.Add(answer.ClientId);
            Run.Declined = Run.Declined.Remove(answer.ClientId);
        }

        Run.Feed.Changed();
    }

    private void ArmTimer()
    {
        var now = Now;
        if (RunMachine.NextDeadline(Run.State, now) is { } next)
        {
            _timer.Change(next - now < LongestTimer ? next - now : LongestTimer, Timeout.InfiniteTimeSpan);
        }
    }

    private void RefuseWaiting()
    {
        _inbox.Writer.TryComplete();
        while (_inbox.Reader.TryRead(out var message))
        {
            (message as RunMessage.Happened)?.Reply?.TrySetResult(new RunReply.Unavailable(CommitOutcome.Busy));
            (message as RunMessage.Attach)?.Attached.TrySetResult();
        }
    }
}
