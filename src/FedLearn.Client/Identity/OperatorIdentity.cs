using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Client.Identity;

/// <summary>The identity of an operator or viewer: commands use it now and then, so each renews it where it is due.</summary>
public static class OperatorIdentity
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Reads an identity, and renews it after two thirds of its life.</summary>
    /// <param name="folder">Where it is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the renewal.</param>
    /// <exception cref="FederationException">There is none, it is a participant's, or has expired.</exception>
    public static async Task<ClientIdentity> LoadAsync(string folder, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(time);
        var identity = ClientIdentity.Load(folder);
        if (identity.Operator is null)
        {
            throw new FederationException($"the identity in {folder} is that of {identity.Uri}, a participant; operators' calls take an operator's (`fedlearn pki invite --role operator NAME`)");
        }

        if (identity.NotAfter <= time.GetUtcNow())
        {
            throw new FederationException($"the certificate of {identity.Uri} expired at {identity.NotAfter.UtcDateTime:u}; ask an operator for an invitation, and enrol again");
        }

        return identity.RenewAt > time.GetUtcNow() ? identity : await RenewAsync(identity, folder, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A newer one, kept in the folder; the old one where the coordinator cannot be reached, which the call that follows will say.</summary>
    private static async Task<ClientIdentity> RenewAsync(ClientIdentity identity, string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            using var handler = new SocketsHttpHandler();
            identity.SecureBothWays(handler, time);
            using var channel = GrpcChannel.ForAddress(identity.Address, new GrpcChannelOptions { HttpHandler = handler });
            using var key = SigningRequest.NewKey();
            var request = new RenewRequest { SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)) };
            var options = new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + s_limit, cancellationToken: cancellationToken);
            var reply = await new Protocol.V1.Enrolment.EnrolmentClient(channel).RenewAsync(request, options).ConfigureAwait(false);
            var next = ClientIdentity.Received(
                reply.Certificate.ToByteArray(), reply.Issuers.Select(i => i.ToByteArray()), key, identity.Root, identity.Address, time.GetUtcNow());
            if (next.Uri != identity.Uri)
            {
                throw new FederationException($"the coordinator gave a certificate of {next.Uri} to {identity.Uri}");
            }

            next.Save(folder);
            return next;
        }
        catch (RpcException)
        {
            return identity;
        }
    }
}
