namespace FedLearn.Coordinator.Operations;

/// <summary>Whether the coordinator takes new work, and how many uploads are open.</summary>
internal sealed class DrainState
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;

    public bool IsDraining { get; private set; }

    /// <summary>Counts an upload until it is disposed.</summary>
    public IDisposable Enter()
    {
        lock (_gate)
        {
            _open++;
        }

        return new Leave(this);
    }

    /// <summary>Takes no new work from now on. The task ends when the last open upload has.</summary>
    public Task BeginAsync()
    {
        lock (_gate)
        {
            IsDraining = true;
            if (_open == 0)
            {
                _empty.TrySetResult();
            }
        }

        return _empty.Task;
    }

    private sealed class Leave(DrainState state) : IDisposable
    {
        public void Dispose()
        {
            lock (state._gate)
            {
                if (--state._open == 0 && state.IsDraining)
                {
                    state._empty.TrySetResult();
                }
            }
        }
    }
}
