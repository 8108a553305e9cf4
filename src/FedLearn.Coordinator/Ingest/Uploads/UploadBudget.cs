namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>
/// The bytes that all running uploads may hold in memory together, in windows and buffers. An upload takes its share before its first byte is
/// read; where there is none left it waits, in order of arrival, and holds nothing.
/// </summary>
internal sealed class UploadBudget
{
    private readonly long _total;
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private long _free;

    /// <param name="total">The bytes to share.</param>
    public UploadBudget(long total) => _total = _free = total;

    /// <summary>Takes a share, at most all there is. Disposing the share gives it back.</summary>
    public async Task<IDisposable> TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        var share = new Share(this, Math.Min(bytes, _total));
        LinkedListNode<Waiter> place;
        lock (_gate)
        {
            if (_waiting.Count == 0 && _free >= share.Bytes)
            {
                _free -= share.Bytes;
                return share;
            }

            place = _waiting.AddLast(new Waiter(share));
        }

        using var onCancel = cancellationToken.Register(() => Leave(place, cancellationToken));
        return await place.Value.Task.ConfigureAwait(false);
    }

    private void Leave(LinkedListNode<Waiter> place, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _waiting.Remove(place);
                place.Value.SetCanceled(cancellationToken);
                Grant();
            }
        }
    }

    private void GiveBack(long bytes)
    {
        lock (_gate)
        {
            _free += bytes;
            Grant();
        }
    }

    private void Grant()
    {
        while (_waiting.First is { } first && first.Value.Share.Bytes <= _free)
        {
            _waiting.RemoveFirst();
            _free -= first.Value.Share.Bytes;
            first.Value.SetResult(first.Value.Share);
        }
    }

    private sealed class Waiter(Share share) : TaskCompletionSource<IDisposable>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Share Share { get; } = share;
    }

    private sealed class Share(UploadBudget budget, long bytes) : IDisposable
    {
        private int _given;

        public long Bytes => bytes;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
            {
                budget.GiveBack(bytes);
            }
        }
    }
}
