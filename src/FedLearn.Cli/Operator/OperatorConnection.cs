using Grpc.Core;
using Grpc.Net.Client;
using V1 = FedLearn.Protocol.V1;

namespace FedLearn.Cli.Operator;

/// <summary>A connection to a coordinator's operator side.</summary>
internal sealed class OperatorConnection : IDisposable
{
    private readonly GrpcChannel _channel;

    public OperatorConnection(Uri address, string token)
    {
        _channel = GrpcChannel.ForAddress(address);
        Runs = new V1.Runs.RunsClient(_channel);
        Headers = new Metadata { { "authorization", $"Bearer {token}" } };
    }

    /// <summary>The calls.</summary>
    public V1.Runs.RunsClient Runs { get; }

    /// <summary>The metadata that every call carries.</summary>
    public Metadata Headers { get; }

    public void Dispose() => _channel.Dispose();
}
