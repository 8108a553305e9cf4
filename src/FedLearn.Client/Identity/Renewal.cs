using FedLearn.Client.Logging;
using FedLearn.Client.Transport;
using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Client.Identity;

/// <summary>Renews a worker's certificate after two thirds of its life, for a new key each time.</summary>
internal sealed class Renewal(LiveIdentity identity, Caller caller)
{
    /// <summary>The clock is looked at this often, so that one that is set forward is noticed.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromHours(1);

    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            var left = identity.Current.RenewAt - caller.Time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left < Look ? left : Look, caller.Time, stopping).ConfigureAwait(false);
                continue;
            }

            if (await TryRenewAsync(stopping).ConfigureAwait(false) is { } fault)
            {
                ClientLog.RenewalFailed(caller.Logger, identity.Current.NotAfter.UtcDateTime, fault, AfterRefusal.TotalMinutes);
                await Task.Delay(AfterRefusal, caller.Time, stopping).ConfigureAwait(false);
            }
        }
    }

    private async Task<string?> TryRenewAsync(CancellationToken stopping)
    {
        try
        {
            var next = await caller.UntilAnsweredAsync("renewing the certificate", _ => AskAsync(stopping), stopping).ConfigureAwait(false);
            identity.Replace(next, caller.Link.RenewConnections);
            ClientLog.Renewed(caller.Logger, next.Name.ToString(), next.NotAfter.UtcDateTime);
            return null;
        }
        catch (RpcException refusal)
        {
            return CallFault.Describe(refusal, caller.Link.Address);
        }
        catch (Exception fault) when (fault is FederationException or IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    private async Task<ClientIdentity> AskAsync(CancellationToken stopping)
    {
        using var key = SigningRequest.NewKey();
        var reply = await new Protocol.V1.Enrolment.EnrolmentClient(caller.Link.Calls)
            .RenewAsync(new RenewRequest { SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)) }, caller.Link.ControlCall(stopping)).ConfigureAwait(false);
        var current = identity.Current;
        var next = ClientIdentity.Received(
            reply.Certificate.ToByteArray(), reply.Issuers.Select(i => i.ToByteArray()), key, current.Root, current.Address, caller.Time.GetUtcNow());
        return next.Name == current.Name ? next : throw new FederationException($"the coordinator gave a certificate of {next.Name} to {current.Name}");
    }
}
