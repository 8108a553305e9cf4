using FedLearn.Client.Transport;
using Grpc.Core;
using Grpc.Net.Client;
using V1 = FedLearn.Protocol.V1;

namespace FedLearn.Cli.Operator;

/// <summary>A connection to a coordinator's operator side.</summary>
internal sealed class OperatorConnection : IDisposable
{
    private readonly GrpcChannel _channel;

    /// <param name="address">The coordinator.</param>
    /// <param name="token">The operators' token.</param>
    /// <param name="trust">The certificates to trust instead of the system's; null trusts the system's.</param>
    public OperatorConnection(Uri address, string token, ServerTrust? trust)
    {
        var handler = new SocketsHttpHandler();
        trust?.ApplyTo(handler);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        Runs = new V1.Runs.RunsClient(_channel);
        Log = new V1.Log.LogClient(_channel);
        Identities = new V1.Identities.IdentitiesClient(_channel);
        Headers = new Metadata { { "authorization", $"Bearer {token}" } };
    }

    /// <summary>The calls.</summary>
    public V1.Runs.RunsClient Runs { get; }

    /// <summary>The calls about the log.</summary>
    public V1.Log.LogClient Log { get; }

    /// <summary>The calls about who takes part.</summary>
    public V1.Identities.IdentitiesClient Identities { get; }

    /// <summary>The metadata that every call carries.</summary>
    public Metadata Headers { get; }

    public void Dispose() => _channel.Dispose();
}
