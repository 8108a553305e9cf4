using System.Threading.Channels;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Rounds;

/// <summary>The pump around a run's <see cref="RunWriter"/>: a queue, a timer, and one reader that hands over what waits together.</summary>
internal sealed class RunLoop : IAsyncDisposable
{
    private const int BatchSize = 256;

    // A timer takes at most 49 days and a wall time may be longer; a tick too many changes nothing.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly Channel<RunMessage> _inbox = Channel.CreateUnbounded<RunMessage>(new() { SingleReader = true });
    private readonly RunServices _services;
    private readonly RunWriter _writer;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private readonly List<RunMessage> _batch = new(BatchSize);

    public RunLoop(StoredRun stored, StoredVersion newest, RunServices services)
    {
        // Its events are not those of the call that made the run: they would carry its path and its trace for as long as the run lives.
        using var alone = ExecutionContext.SuppressFlow();
        _services = services;
        _writer = new RunWriter(stored, newest, services, message => Post(message));
        _timer = services.Time.CreateTimer(_ => Post(RunWriter.Tick), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _writer.Resume();
        _running = Task.Run(RunAsync);
        Post(RunWriter.Tick);
    }

    public OpenRun Run => _writer.Run;

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
        await _writer.DisposeAsync().ConfigureAwait(false);
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
        while (_batch.Count < BatchSize && _inbox.Reader.TryRead(out var message))
        {
            _batch.Add(message);
        }

        var next = _writer.Take(_batch);
        _batch.Clear();
        if (next is { } delay)
        {
            _timer.Change(delay < LongestTimer ? delay : LongestTimer, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Nobody waits for ever: neither for a batch whose outcome is unknown, nor for what came after it.</summary>
    private void RefuseWaiting()
    {
        _inbox.Writer.TryComplete();
        _batch.ForEach(Refuse);
        while (_inbox.Reader.TryRead(out var message))
        {
            Refuse(message);
        }
    }

    private static void Refuse(RunMessage message)
    {
        (message as RunMessage.Happened)?.Reply?.TrySetResult(new RunReply.Unavailable(CommitOutcome.Busy));
        (message as RunMessage.Attach)?.Attached.TrySetResult();
    }
}
