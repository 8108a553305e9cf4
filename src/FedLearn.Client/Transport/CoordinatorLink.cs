using FedLearn.Client.Identity;
using FedLearn.Client.Transport.Roads;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Transport;

/// <summary>The channel to the coordinator, the other road for large vectors, and the token that goes with every call.</summary>
internal sealed class CoordinatorLink : IDisposable
{
    /// <summary>The largest message in either direction, as the protocol says: 4 MiB.</summary>
    public const int MaxMessageBytes = 4 << 20;

    private static readonly TimeSpan ControlCallLimit = TimeSpan.FromSeconds(30);

    private readonly GrpcChannel _channel;
    private readonly RenewableHandler? _handler;
    private volatile Metadata _headers = [];

    /// <param name="address">The coordinator's address for participants.</param>
    /// <param name="trust">The certificates to trust instead of the system's; null trusts the system's.</param>
    /// <param name="identity">Who connections say they are by certificate; null for one that has a token.</param>
    /// <param name="time">The clock of the other road's limits.</param>
    /// <param name="logger">Where a road that fails is named.</param>
    public CoordinatorLink(Uri address, ServerTrust? trust, LiveIdentity? identity, TimeProvider time, ILogger logger)
    {
        (Address, Identity) = (address, identity);
        _handler = identity is null ? null : new RenewableHandler(() => NewHandler(trust, identity));
        HttpMessageHandler handler = (HttpMessageHandler?)_handler ?? NewHandler(trust, identity: null);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxMessageBytes,
            MaxSendMessageSize = MaxMessageBytes,
        });
        Calls = _channel.CreateCallInvoker();
        Api = new Federation.FederationClient(Calls);
        Roads = new RoadClient(address, trust, identity, time);
        RoadBook = new RoadBook(time, logger);
    }

    public Uri Address { get; }

    /// <summary>Who this client is by certificate; null where a token says it.</summary>
    public LiveIdentity? Identity { get; }

    public CallInvoker Calls { get; }

    public Federation.FederationClient Api { get; }

    public RoadClient Roads { get; }

    public RoadBook RoadBook { get; }

    /// <summary>The token as it stands in the header of a request over the other road; null where there is none.</summary>
    public string? Authorization { get; private set; }

    /// <summary>Sends this token with every further call; null sends none.</summary>
    public void UseToken(string? token)
    {
        Authorization = token is null ? null : $"Bearer {token}";
        _headers = token is null ? [] : new Metadata { { "authorization", Authorization! } };
    }

    /// <summary>For a call that moves little and answers soon: it fails after 30 s rather than hang.</summary>
    /// <remarks>The transport compares a deadline with the system's clock, whatever clock the worker has.</remarks>
    public CallOptions ControlCall(CancellationToken cancellationToken) =>
        new(_headers, TimeProvider.System.GetUtcNow().UtcDateTime + ControlCallLimit, cancellationToken);

    /// <summary>For a call that lives as long as it must; HTTP/2 pings notice a dead peer.</summary>
    public CallOptions StreamCall(CancellationToken cancellationToken) => new(_headers, cancellationToken: cancellationToken);

    /// <summary>Lets further calls go over new connections, which show the identity that is the current one now.</summary>
    public void RenewConnections()
    {
        _handler?.Renew();
        Roads.RenewConnections();
    }

    public void Dispose()
    {
        _channel.Dispose();
        Roads.Dispose();
    }

    private static SocketsHttpHandler NewHandler(ServerTrust? trust, LiveIdentity? identity)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // A peer that vanished without a word is noticed within these two; network devices that forget idle connections see traffic.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            // One that a renewed certificate has replaced ends when nothing is under way on it any more.
            PooledConnectionIdleTimeout = identity is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromMinutes(2),
            EnableMultipleHttp2Connections = true,
            // What a model may be ahead of its reader; the default of 64 KiB stalls every download until the window has grown.
            InitialHttp2StreamWindowSize = 4 << 20,
        };
        trust?.ApplyTo(handler);
        identity?.Current.ApplyTo(handler);
        return handler;
    }
}
