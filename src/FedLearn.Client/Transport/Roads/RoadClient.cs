using System.Net;
using System.Net.Http.Headers;
using FedLearn.Client.Identity;
using FedLearn.Client.Pending;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Transport.Roads;

/// <summary>A vector's bytes over plain HTTP/1.1, as the comment of <see cref="Road"/> in federation.proto specifies.</summary>
internal sealed class RoadClient : IDisposable
{
    private const string TicketHeader = "fedlearn-ticket";
    private const int LongBody = 16 << 20;

    private readonly HttpMessageInvoker _http;
    private readonly RenewableHandler? _renewable;
    private readonly Uri _coordinator;
    private readonly TimeProvider _time;

    public RoadClient(Uri coordinator, ServerTrust? trust, LiveIdentity? identity, TimeProvider time)
        : this(coordinator, identity is null ? NewHandler(trust, null) : new RenewableHandler(() => NewHandler(trust, identity)), time)
    {
    }

    /// <param name="coordinator">The coordinator's own address.</param>
    /// <param name="handler">Exchanges requests for responses; disposed with this.</param>
    /// <param name="time">The clock.</param>
    internal RoadClient(Uri coordinator, HttpMessageHandler handler, TimeProvider time) =>
        (_coordinator, _time, _http, _renewable) = (coordinator, time, new HttpMessageInvoker(handler), handler as RenewableHandler);

    /// <summary>Lets further requests go over new connections.</summary>
    public void RenewConnections() => _renewable?.Renew();

    private static SocketsHttpHandler NewHandler(ServerTrust? trust, LiveIdentity? identity)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // Rounds follow each other within this; beyond, the coordinator's connections are for others.
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        trust?.ApplyTo(handler);
        identity?.Current.ApplyTo(handler);
        return handler;
    }

    /// <summary>Sends an update's bytes from an offset on.</summary>
    /// <param name="road">Where to.</param>
    /// <param name="authorization">The caller's token as it stands in the header.</param>
    /// <param name="parts">The kept update.</param>
    /// <param name="offset">The first byte that the coordinator misses.</param>
    /// <param name="length">The update's parts in bytes.</param>
    /// <param name="cancellationToken">Ends the sending; what was sent stays usable.</param>
    /// <exception cref="RpcException">The coordinator's refusal.</exception>
    /// <exception cref="RoadException">The road does not carry it.</exception>
    public async Task<Receipt> PutAsync(
        Road road, string? authorization, IPartBytes parts, long offset, long length, CancellationToken cancellationToken)
    {
        using var guard = new StallGuard(_time, cancellationToken);
        using var request = NewRequest(HttpMethod.Put, road, authorization);
        var content = new PartsContent(parts, offset, length, guard);
        request.Content = content;
        // A refusal then comes before the body and not in the middle of it, where a reset would swallow it. A short body is read to its end
        // by a server that refuses, and is not worth the wait.
        request.Headers.ExpectContinue = length - offset >= LongBody;
        try
        {
            return await ExchangeAsync(request, guard, r => RoadReply.ReadReceiptAsync(r, guard.Token), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await content.EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Fetches what is missing of a vector.</summary>
    /// <exception cref="RpcException">The coordinator's refusal.</exception>
    /// <exception cref="RoadException">The road does not carry it; the vector keeps what came.</exception>
    public async Task GetAsync(Road road, string? authorization, IncomingVector vector, CancellationToken cancellationToken)
    {
        using var guard = new StallGuard(_time, cancellationToken);
        using var request = NewRequest(HttpMethod.Get, road, authorization);
        if (vector.Received > 0)
        {
            request.Headers.Range = new RangeHeaderValue(vector.Received, null);
        }

        await ExchangeAsync(request, guard, r => ReadAsync(r, vector, guard), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<bool> ReadAsync(HttpResponseMessage response, IncomingVector vector, StallGuard guard)
    {
        RoadReply.CheckRange(response, vector.Received, vector.Length);
        var body = await response.Content.ReadAsStreamAsync(guard.Token).ConfigureAwait(false);
        await using var closing = body.ConfigureAwait(false);
        while (vector.Received < vector.Length)
        {
            guard.Moved(StallGuard.BetweenBytes);
            var read = await body.ReadAsync(vector.Free(), guard.Token).ConfigureAwait(false);
            if (read == 0)
            {
                throw new IOException($"the body ended at byte {vector.Received} of {vector.Length}");
            }

            vector.Advance(read);
        }

        return true;
    }

    private HttpRequestMessage NewRequest(HttpMethod method, Road road, string? authorization)
    {
        if (!Uri.TryCreate(road.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new RoadException($"'{road.Url}' is no address", broke: false);
        }

        if (_coordinator.Scheme == Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttps)
        {
            throw new RoadException("it is without TLS, and the connection to the coordinator has it: the token does not go there", broke: false);
        }

        var request = new HttpRequestMessage(method, url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("authorization", authorization);
        request.Headers.TryAddWithoutValidation(TicketHeader, road.Ticket);
        return request;
    }

    private async Task<T> ExchangeAsync<T>(
        HttpRequestMessage request, StallGuard guard, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, guard.Token).ConfigureAwait(false);
            RoadReply.ThrowIfRefused(response);
            return await read(response).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (guard.IsStalled && !cancellationToken.IsCancellationRequested)
        {
            throw new RoadException("no byte moves on it any more", broke: true);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            // The handler's own limit on connecting, which it reports as if somebody had cancelled.
            throw new RoadException("no connection came about in time", broke: false, fault);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            throw new RoadException(CallFault.DescribeCause(fault, request.RequestUri!), !IsOfTheRoad(fault), fault);
        }
    }

    /// <summary>Whether the exchange could not even start: what broke in mid-way is the network's fault and may pass.</summary>
    private static bool IsOfTheRoad(Exception fault) => fault is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError or HttpRequestError.VersionNegotiationError or HttpRequestError.InvalidResponse
            or HttpRequestError.HttpProtocolError,
    };
}
