namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>Who writes which upload: one connection each. A place is kept only while somebody holds or wants it.</summary>
internal sealed class UploadHolds
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>Interrupts the connection that holds the upload, if any, and waits until it has let go.</summary>
    public async Task<UploadHold> TakeAsync(string uploadId, CancellationToken cancellationToken)
    {
        var interrupt = new CancellationTokenSource();
        Place place;
        CancellationTokenSource? older;
        lock (_gate)
        {
            if (!_places.TryGetValue(uploadId, out place!))
            {
                _places[uploadId] = place = new Place();
            }

            place.Users++;
            (older, place.Newest) = (place.Newest, interrupt);
        }

        if (older is not null)
        {
            await older.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            await place.Free.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(uploadId, place);
            throw;
        }

        return new UploadHold(Release, interrupt.Token);

        void Release()
        {
            place.Free.Release();
            Leave(uploadId, place);
        }
    }

    private void Leave(string uploadId, Place place)
    {
        lock (_gate)
        {
            if (--place.Users == 0)
            {
                _places.Remove(uploadId);
                place.Dispose();
            }
        }
    }

    private sealed class Place : IDisposable
    {
        public readonly SemaphoreSlim Free = new(1);
        public CancellationTokenSource? Newest;
        public int Users;

        public void Dispose()
        {
            Free.Dispose();
            Newest?.Dispose();
        }
    }
}

/// <summary>The right to write an upload. Disposing gives it back.</summary>
/// <param name="release">Gives the right back.</param>
/// <param name="interrupted">Cancelled when a newer connection wants to go on.</param>
internal sealed class UploadHold(Action release, CancellationToken interrupted) : IDisposable
{
    public CancellationToken Interrupted { get; } = interrupted;

    public void Dispose() => release();
}
