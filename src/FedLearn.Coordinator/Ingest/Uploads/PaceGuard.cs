using System.Runtime.CompilerServices;
using FedLearn.Protocol;

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
    /// <param name="call">The connection, whose end ends the upload too.</param>
    public PaceGuard(TimeProvider time, CancellationToken call)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(call);
        _timer = time.CreateTimer(_ => Check(), null, Window, Window);
    }

    /// <summary>Cancelled when the upload is to end.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Whether it ends for being too slow.</summary>
    public bool IsTooSlow { get; private set; }

    /// <summary>Waits for what a client is to send.</summary>
    /// <exception cref="Grpc.Core.RpcException">It is too slow.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> WaitAsync<T>(Func<CancellationToken, ValueTask<T>> next)
    {
        _waiting = true;
        try
        {
            return await next(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception) when (IsTooSlow)
        {
            throw Problem.TooSlow($"less than {LeastBytes} bytes came in {Window.TotalSeconds} s; whole blocks of a large update stay, call OpenUpdate and go on from the offset that it returns").ToException();
        }
        finally
        {
            _waiting = false;
        }
    }

    /// <summary>Bytes came.</summary>
    public void Took(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Ends the upload.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }
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
            Stop();
        }

        _atWindowStart = bytes;
    }
}
