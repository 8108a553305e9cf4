namespace FedLearn.Coordinator.Rounds;

/// <summary>Wakes whoever watches a run, after each durable change. A watcher reads the store for what changed.</summary>
internal sealed class RunFeed
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private bool _closed;

    /// <summary>Whether no change will come any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _closed;
            }
        }
    }

    /// <summary>A task that ends at the next change. Take it before reading, so that no change is missed.</summary>
    public Task NextChange()
    {
        lock (_gate)
        {
            return _closed ? Task.CompletedTask : _changed.Task;
        }
    }

    public void Changed() => Wake(close: false);

    public void Close() => Wake(close: true);

    private void Wake(bool close)
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            before = _changed;
            _changed = New();
            _closed |= close;
        }

        before.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
