using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Client.Transport;

/// <summary>The channel to the coordinator, and the token that goes with every call.</summary>
internal sealed class CoordinatorLink : IDisposable
{
    /// <summary>The largest message in either direction, as the protocol says: 4 MiB.</summary>
    public const int MaxMessageBytes = 4 << 20;

    private static readonly TimeSpan ControlCallLimit = TimeSpan.FromSeconds(30);

    private readonly GrpcChannel _channel;
    private volatile Metadata _headers = [];

    public CoordinatorLink(Uri address)
    {
        Address = address;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = NewHandler(),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxMessageBytes,
            MaxSendMessageSize = MaxMessageBytes,
        });
        Api = new Federation.FederationClient(_channel);
    }

    public Uri Address { get; }

    public Federation.FederationClient Api { get; }

    /// <summary>Sends this token with every further call; null sends none.</summary>
    public void UseToken(string? token) =>
        _headers = token is null ? [] : new Metadata { { "authorization", $"Bearer {token}" } };

    /// <summary>For a call that moves little and answers soon: it fails after 30 s rather than hang.</summary>
    /// <remarks>The transport compares a deadline with the system's clock, whatever clock the worker has.</remarks>
    public CallOptions ControlCall(CancellationToken cancellationToken) =>
        new(_headers, TimeProvider.System.GetUtcNow().UtcDateTime + ControlCallLimit, cancellationToken);

    /// <summary>For a call that lives as long as it must; HTTP/2 pings notice a dead peer.</summary>
    public CallOptions StreamCall(CancellationToken cancellationToken) => new(_headers, cancellationToken: cancellationToken);

    public void Dispose() => _channel.Dispose();

    private static SocketsHttpHandler NewHandler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        // A peer that vanished without a word is noticed within these two; network devices that forget idle connections see traffic.
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        EnableMultipleHttp2Connections = true,
    };
}
