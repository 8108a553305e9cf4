namespace FedLearn.Proofs.Crash;

/// <summary>One thing that a process said.</summary>
/// <param name="Id">Its event id; 0 for a line without one.</param>
/// <param name="Text">The message.</param>
internal sealed record LogEvent(int Id, string Text);

/// <summary>What a process or a worker has said so far, and a way to wait for what it will say. Safe for several threads.</summary>
internal sealed class EventLog
{
    private readonly Lock _lock = new();
    private readonly List<LogEvent> _events = [];
    private readonly List<(Func<LogEvent, bool> Wanted, TaskCompletionSource<LogEvent> Found)> _waiting = [];
    private string? _ended;

    /// <summary>Everything so far, oldest first.</summary>
    public IReadOnlyList<LogEvent> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>The last lines, for a message.</summary>
    public string Tail => string.Join(Environment.NewLine, All.TakeLast(12).Select(e => $"    {e.Id,4} {e.Text}"));

    public void Add(LogEvent said)
    {
        lock (_lock)
        {
            _events.Add(said);
            foreach (var (_, found) in _waiting.Where(w => w.Wanted(said)))
            {
                found.TrySetResult(said);
            }

            _waiting.RemoveAll(w => w.Found.Task.IsCompleted);
        }
    }

    /// <summary>Nothing more will be said: who still waits fails.</summary>
    public void End(string why)
    {
        lock (_lock)
        {
            _ended = why;
            _waiting.ForEach(w => w.Found.TrySetException(new CrashException($"{why}; its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, _events.TakeLast(12).Select(e => $"    {e.Text}"))}")));
            _waiting.Clear();
        }
    }

    /// <summary>The first event that fits, said already or still to come.</summary>
    /// <param name="wanted">What is waited for.</param>
    /// <param name="what">Its name in the message where it does not come.</param>
    /// <param name="seconds">How long it may take.</param>
    /// <exception cref="CrashException">It did not come.</exception>
    public async Task<LogEvent> WhenAsync(Func<LogEvent, bool> wanted, string what, double seconds = 60)
    {
        try
        {
            return await Find(wanted).WaitAsync(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new CrashException($"waited {seconds:0} s in vain for {what}; the last lines:{Environment.NewLine}{Tail}");
        }
    }

    /// <inheritdoc cref="WhenAsync(Func{LogEvent, bool}, string, double)"/>
    public Task<LogEvent> WhenAsync(int id, string text = "", double seconds = 60) =>
        WhenAsync(e => e.Id == id && e.Text.Contains(text, StringComparison.Ordinal), $"event {id} '{text}'", seconds);

    private Task<LogEvent> Find(Func<LogEvent, bool> wanted)
    {
        lock (_lock)
        {
            if (_events.Find(e => wanted(e)) is { } said)
            {
                return Task.FromResult(said);
            }

            if (_ended is not null)
            {
                return Task.FromException<LogEvent>(new CrashException($"{_ended}; its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, _events.TakeLast(12).Select(e => $"    {e.Text}"))}"));
            }

            var found = new TaskCompletionSource<LogEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((wanted, found));
            return found.Task;
        }
    }
}
