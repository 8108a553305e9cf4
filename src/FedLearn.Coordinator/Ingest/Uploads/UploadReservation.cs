namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>A share of the budget that waits for its upload's bytes, and is given back where they do not begin to come in time.</summary>
internal sealed class UploadReservation : IDisposable
{
    /// <summary>How long it waits.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ITimer _timer;
    private readonly long _bytes;
    private IDisposable? _share;

    /// <param name="share">The share.</param>
    /// <param name="bytes">How much it is.</param>
    /// <param name="time">The clock.</param>
    public UploadReservation(IDisposable share, long bytes, TimeProvider time)
    {
        (_share, _bytes) = (share, bytes);
        _timer = time.CreateTimer(_ => Dispose(), null, Patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The share, which is the caller's from now on. Null where it is less than what is needed, or was given back.</summary>
    public IDisposable? Take(long needed)
    {
        if (needed > _bytes)
        {
            Dispose();
            return null;
        }

        _timer.Dispose();
        return Interlocked.Exchange(ref _share, null);
    }

    /// <summary>Gives the share back, unless it was taken.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        Interlocked.Exchange(ref _share, null)?.Dispose();
    }
}
