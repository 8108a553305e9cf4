namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>
/// Ends an upload that is too slow, so that it does not hold its share of the budget forever: one that brings less than
/// <see cref="LeastBytes"/> in <see cref="Window"/> although the server waits for it.
/// </summary>
internal sealed class PaceGuard : IDisposable
{
    /// <summary>How long a window is.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    /// <summary>What a window brings at least: 64 KiB for each of its seconds.</summary>
    public const long LeastBytes = 30 * (64 << 10);

    private readonly CancellationTokenSource _stop;
    private readonly ITimer _timer;
    private long _bytes;
    private long _atWindowStart;
    private volatile bool _waiting;

    /// <param name="time">The clock.</param>
    /// <param name="others">What else ends the upload.</param>
    public PaceGuard(TimeProvider time, params ReadOnlySpan<CancellationToken> others)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(others);
        _timer = time.CreateTimer(_ => Check(), null, Window, Window);
    }

    /// <summary>Cancelled when the upload is to end.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Whether it ends for being too slow.</summary>
    public bool IsTooSlow { get; private set; }

    /// <summary>From now on the server waits for bytes.</summary>
    public void Waits() => _waiting = true;

    /// <summary>Bytes came; the server is busy with them.</summary>
    public void Took(long bytes)
    {
        _waiting = false;
        Interlocked.Add(ref _bytes, bytes);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _stop.Dispose();
    }

    private void Check()
    {
        var bytes = Interlocked.Read(ref _bytes);
        if (_waiting && bytes - _atWindowStart < LeastBytes)
        {
            IsTooSlow = true;
            try
            {
                _stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself just now.
            }
        }

        _atWindowStart = bytes;
    }
}
