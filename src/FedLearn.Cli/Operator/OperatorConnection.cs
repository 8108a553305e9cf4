using FedLearn.Cli.Shell;
using FedLearn.Client.Identity;
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
        : this(address, handler => trust?.ApplyTo(handler), new Metadata { { "authorization", $"Bearer {token}" } })
    {
    }

    /// <param name="identity">An operator's or viewer's certificate.</param>
    public OperatorConnection(ClientIdentity identity)
        : this(new Uri(identity.Address), handler => identity.SecureBothWays(handler, TimeProvider.System), [])
    {
    }

    private OperatorConnection(Uri address, Action<SocketsHttpHandler> secure, Metadata headers)
    {
        var handler = new SocketsHttpHandler();
        secure(handler);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        Runs = new V1.Runs.RunsClient(_channel);
        Log = new V1.Log.LogClient(_channel);
        Identities = new V1.Identities.IdentitiesClient(_channel);
        Headers = headers;
    }

    /// <summary>The calls.</summary>
    public V1.Runs.RunsClient Runs { get; }

    /// <summary>The calls about the log.</summary>
    public V1.Log.LogClient Log { get; }

    /// <summary>The calls about who takes part.</summary>
    public V1.Identities.IdentitiesClient Identities { get; }

    /// <summary>The metadata that every call carries.</summary>
    public Metadata Headers { get; }

    /// <summary>The id of a run that a user named by its id or its name, which both belong to one run alone.</summary>
    public async Task<string> RunIdAsync(string idOrName, CancellationToken cancellationToken)
    {
        var runs = (await Runs.ListRunsAsync(new V1.ListRunsRequest(), Headers, cancellationToken: cancellationToken)).Runs;
        return runs.FirstOrDefault(r => r.RunId == idOrName)?.RunId
            ?? runs.FirstOrDefault(r => r.Name == idOrName)?.RunId
            ?? throw new CliException(runs.Count == 0 ? $"there is no run '{idOrName}', and no other; `fedlearn run create SPEC.json` makes one"
                : $"there is no run '{idOrName}'; there are {string.Join(", ", runs.TakeLast(5).Select(r => r.RunId))}{(runs.Count > 5 ? " and older ones" : "")}");
    }

    public void Dispose() => _channel.Dispose();
}
