using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace FedLearn.Proofs.Networks;

/// <summary>One direction of a connection: bytes come out as late and as slowly as the plan says, and its fault strikes at its byte.</summary>
internal sealed class ChaosPipe(Socket from, Socket to, LinkPlan plan, Func<CancellationToken, Task>? strike, Action<long>? count)
{
    private const int PieceSize = 32 << 10;
    private const int PiecesUnderWay = 16;

    private readonly Channel<(byte[] Bytes, int Length, long Due)> _underWay =
        Channel.CreateBounded<(byte[], int, long)>(PiecesUnderWay);

    private long _forwarded;
    private bool _hasStruck = plan.Fault == LinkFault.None;

    public Task RunAsync(CancellationToken cancellationToken)
    {
        var writing = WriteAsync(cancellationToken);
        return Task.WhenAll(ReadAsync(writing, cancellationToken), writing);
    }

    private async Task ReadAsync(Task writing, CancellationToken cancellationToken)
    {
        var free = 0L;
        try
        {
            while (!writing.IsCompleted)
            {
                var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
                var read = await from.ReceiveAsync(piece.AsMemory(0, PieceSize), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return;
                }

                count?.Invoke(read);
                var now = Stopwatch.GetTimestamp();
                free = Math.Max(free, now) + (plan.BytesPerSecond == 0 ? 0 : (long)(read / (double)plan.BytesPerSecond * Stopwatch.Frequency));
                var due = free + (long)(plan.Latency.TotalSeconds * Stopwatch.Frequency);
                await _underWay.Writer.WriteAsync((piece, read, due), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _underWay.Writer.TryComplete();
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await foreach (var (bytes, length, due) in _underWay.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (wait >= TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
            }

            await ForwardAsync(bytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(bytes);
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private async Task ForwardAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!_hasStruck && strike is not null && _forwarded + bytes.Length >= plan.AtByte)
        {
            var before = (int)(plan.AtByte - _forwarded);
            await SendAsync(bytes[..before], cancellationToken).ConfigureAwait(false);
            _hasStruck = true;
            await strike(cancellationToken).ConfigureAwait(false);
            bytes = bytes[before..];
        }

        await SendAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        for (var rest = bytes; !rest.IsEmpty;)
        {
            rest = rest[await to.SendAsync(rest, cancellationToken).ConfigureAwait(false)..];
        }

        _forwarded += bytes.Length;
    }
}
