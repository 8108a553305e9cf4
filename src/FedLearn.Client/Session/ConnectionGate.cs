namespace FedLearn.Client.Session;

/// <summary>Open while the session has a coordinator; work that needs one waits here, so that one loop alone knocks at a closed door.</summary>
internal sealed class ConnectionGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _open = NewSource();

    public bool IsOpen => Current.IsCompleted;

    private Task Current
    {
        get
        {
            lock (_lock)
            {
                return _open.Task;
            }
        }
    }

    public void Open()
    {
        lock (_lock)
        {
            _open.TrySetResult();
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            if (_open.Task.IsCompleted)
            {
                _open = NewSource();
            }
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => Current.WaitAsync(cancellationToken);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
