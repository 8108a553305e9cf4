namespace FedLearn.Client.Identity;

/// <summary>A worker's identity as it stands: a renewal replaces it, and connections with it.</summary>
internal sealed class LiveIdentity(ClientIdentity first, string folder) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ClientIdentity> _older = [];
    private CancellationTokenSource _changed = new();

    public ClientIdentity Current { get; private set; } = first;

    /// <summary>Cancelled when another one takes the place of the current one.</summary>
    public CancellationToken Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Token;
            }
        }
    }

    /// <summary>Keeps a newer one on the disk, and uses it from now on.</summary>
    /// <param name="next">The newer one.</param>
    /// <param name="renewConnections">What makes new connections from it; called before <see cref="Changed"/> is.</param>
    public void Replace(ClientIdentity next, Action renewConnections)
    {
        next.Save(folder);
        CancellationTokenSource changed;
        lock (_lock)
        {
            _older.Add(Current);
            (Current, changed, _changed) = (next, _changed, new CancellationTokenSource());
        }

        renewConnections();
        changed.Cancel();
        changed.Dispose();
    }

    public void Dispose()
    {
        Current.Dispose();
        _older.ForEach(i => i.Dispose());
        _changed.Dispose();
    }
}
