namespace FedLearn.Client.Transport;

/// <summary>Sends over connections that can be replaced: requests under way end where they are, and later ones take new connections.</summary>
internal sealed class RenewableHandler(Func<SocketsHttpHandler> create) : HttpMessageHandler
{
    private HttpMessageInvoker _current = new(create());
    private HttpMessageInvoker? _previous;

    /// <summary>Makes new connections from now on. Those before stay for what is under way on them, until the next renewal at most.</summary>
    public void Renew()
    {
        var older = Interlocked.Exchange(ref _current, new HttpMessageInvoker(create()));
        Interlocked.Exchange(ref _previous, older)?.Dispose();
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Volatile.Read(ref _current).SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current.Dispose();
            _previous?.Dispose();
        }

        base.Dispose(disposing);
    }
}
