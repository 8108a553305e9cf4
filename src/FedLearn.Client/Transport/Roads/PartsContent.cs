using System.Net;
using System.Net.Http.Headers;
using FedLearn.Client.Pending;

namespace FedLearn.Client.Transport.Roads;

/// <summary>The rest of a kept update as the body of a PUT: each segment goes from where it was opened to the connection.</summary>
internal sealed class PartsContent : HttpContent
{
    private readonly IPartBytes _parts;
    private readonly long _offset;
    private readonly long _length;
    private readonly StallGuard _guard;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private bool _over;

    /// <param name="parts">The kept update.</param>
    /// <param name="offset">The first byte to send.</param>
    /// <param name="length">The update's parts in bytes: where the body ends.</param>
    /// <param name="guard">Is told of every byte.</param>
    public PartsContent(IPartBytes parts, long offset, long length, StallGuard guard)
    {
        (_parts, _offset, _length, _guard) = (parts, offset, length, guard);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Headers.ContentRange = new ContentRangeHeaderValue(offset, length - 1, length);
    }

    /// <summary>
    /// Waits until nobody reads the kept update any more, and lets nobody begin: a failed exchange may leave its sending behind, which must
    /// not read while the next attempt does.
    /// </summary>
    public async Task EndAsync()
    {
        await _guard.StopAsync().ConfigureAwait(false);
        await _reading.WaitAsync().ConfigureAwait(false);
        _over = true;
        _reading.Release();
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (var at = _offset; at < _length && !_over;)
            {
                var bytes = _parts.View(at, _length);
                await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                at += bytes.Length;
                _guard.Moved(at < _length ? StallGuard.BetweenBytes : StallGuard.BeforeAnswer);
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = _length - _offset;
        return true;
    }
}
