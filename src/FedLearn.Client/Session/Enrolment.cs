using FedLearn.Client.Logging;
using FedLearn.Client.Provenance;
using FedLearn.Client.Transport;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Session;

/// <summary>Enters the federation: registers the id the first time, and shows its token every other time.</summary>
internal sealed class Enrolment(WorkerOptions options, TokenKeeper tokens, CoordinatorKey key, Caller caller)
{
    /// <summary>The protocol's version that this SDK speaks.</summary>
    public const int ProtocolVersion = 1;

    /// <returns>How often to beat, in seconds.</returns>
    /// <exception cref="FederationException">The coordinator refuses this client for good.</exception>
    /// <exception cref="RpcException">The coordinator is not there just now.</exception>
    public async Task<int> JoinAsync(CancellationToken cancellationToken)
    {
        var token = caller.Link.Identity is null ? tokens.Read() : null;
        caller.Link.UseToken(token);
        var request = new JoinRequest { ClientId = options.ClientId, ProtocolVersion = ProtocolVersion, Software = options.Software };
        try
        {
            var reply = await caller.Link.Api.JoinAsync(request, caller.Link.ControlCall(cancellationToken)).ConfigureAwait(false);
            key.Take(reply.SigningKey.Span, caller.Link.Address.ToString());
            if (reply.Token.Length > 0)
            {
                tokens.Keep(reply.Token);
                caller.Link.UseToken(reply.Token);
                ClientLog.Registered(caller.Logger, options.ClientId, options.StateFolder);
            }

            return reply.HeartbeatSeconds;
        }
        catch (RpcException fault) when (Refusal(fault, token is not null) is { } refusal)
        {
            throw new FederationException(refusal, fault);
        }
    }

    private string? Refusal(RpcException fault, bool hadToken) => fault.StatusCode switch
    {
        StatusCode.Unauthenticated when caller.Link.Identity is not null =>
            $"the coordinator at {caller.Link.Address} does not take this participant: {fault.Status.Detail}",
        StatusCode.Unauthenticated when hadToken =>
            $"the coordinator at {caller.Link.Address} refuses the token of '{options.ClientId}' ({fault.Status.Detail}); is this the federation that " +
            $"the token in {options.StateFolder} is from? Otherwise ask its operator to remove the client, and start with an empty state folder",
        StatusCode.Unauthenticated or StatusCode.AlreadyExists =>
            $"the id '{options.ClientId}' is taken in this federation ({fault.Status.Detail}), and {options.StateFolder} holds no token for it; " +
            "use the state folder of its first registration, or another id",
        StatusCode.Unimplemented =>
            $"{caller.Link.Address} answers, but there is no FedLearn coordinator for participants; is it the right port?",
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.PermissionDenied or StatusCode.NotFound =>
            $"the coordinator at {caller.Link.Address} refuses this client (protocol {ProtocolVersion}, {options.Software}): {fault.Status.Detail}",
        _ => null,
    };
}
