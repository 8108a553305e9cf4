using FedLearn.Coordinator.Rounds;
using FedLearn.Protocol;
using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Identity;

/// <summary>The operators' calls about who takes part: thin.</summary>
internal sealed class IdentitiesService(
    Invitations invitations, CertificateBook book, IIdentityStore store, ApiTokens tokens, PublicAddresses addresses, WatchHub hub, TimeProvider time, CoordinatorLog log) : Identities.IdentitiesBase
{
    public override Task<InviteReply> Invite(InviteRequest request, ServerCallContext context)
    {
        if (request.Role != Role.Unspecified)
        {
            Caller.Of(context).RequireToGive(ScopesOf(request.Role, []) | Scope.TokensWrite);
        }

        var id = request.Role switch { Role.Operator => $"operators/{request.ClientId}", Role.Viewer => $"viewers/{request.ClientId}", _ => request.ClientId };
        if (!IdentityName.IsPart(request.ClientId))
        {
            throw Problem.Invalid($"client_id: expected 1 to 63 of a-z, 0-9 and '-', got '{request.ClientId}'").ToException();
        }

        var (word, expires) = invitations.Create(id, request.ValidSeconds, request.Address.Length > 0 ? request.Address : addresses.Enrolment);
        return Task.FromResult(new InviteReply { Invitation = word, ExpiresUnixMs = expires });
    }

    public override Task<ListIdentitiesReply> ListIdentities(ListIdentitiesRequest request, ServerCallContext context)
    {
        var certificates = store.Certificates().ToLookup(c => c.ClientId, StringComparer.Ordinal);
        var invited = store.Invitations().Where(i => i.UsedByKey.Length == 0).ToDictionary(i => i.ClientId, StringComparer.Ordinal);
        var reply = new ListIdentitiesReply();
        reply.Identities.AddRange(certificates.Select(c => c.Key).Union(invited.Keys).Order(StringComparer.Ordinal)
            .Select(id => ToWire(id, [.. certificates[id].OrderBy(c => c.IssuedUnixMs)], invited.GetValueOrDefault(id))));
        return Task.FromResult(reply);
    }

    public override Task<RevokeReply> Revoke(RevokeRequest request, ServerCallContext context)
    {
        if (!store.Certificates().Any(c => c.ClientId == request.ClientId) && !store.Invitations().Any(i => i.ClientId == request.ClientId))
        {
            throw Problem.NotFound($"there is no client '{request.ClientId}' with a certificate or an invitation; `fedlearn pki ls` lists them").ToException();
        }

        if (!IdentityName.IsPart(request.ClientId))
        {
            Caller.Of(context).RequireToGive(Scope.TokensWrite); // An operator's or viewer's.
        }

        var ended = book.Revoke(request.ClientId);
        log.Revoked(request.ClientId, ended);
        return Task.FromResult(new RevokeReply { Certificates = ended });
    }

    public override Task<CreateTokenReply> CreateToken(CreateTokenRequest request, ServerCallContext context)
    {
        var scopes = ScopesOf(request.Role, request.Scopes);
        Caller.Of(context).RequireToGive(scopes);
        var (token, expires) = tokens.Create(request.Name, scopes, request.ValidSeconds);
        log.TokenCreated(request.Name, scopes == Scope.Operator ? "an operator" : scopes == Scope.Viewer ? "a viewer" : Scopes.Describe(scopes), DateTimeOffset.FromUnixTimeMilliseconds(expires).UtcDateTime);
        return Task.FromResult(new CreateTokenReply { Token = token, ExpiresUnixMs = expires });
    }

    public override Task<ListTokensReply> ListTokens(ListTokensRequest request, ServerCallContext context)
    {
        var reply = new ListTokensReply();
        reply.Tokens.AddRange(tokens.All().Select(t => new ApiToken
        {
            Name = t.Name,
            Role = t.Scopes == Scope.Operator ? Role.Operator : t.Scopes == Scope.Viewer ? Role.Viewer : Role.Unspecified,
            Scopes = { Scopes.NamesOf(t.Scopes) },
            CreatedUnixMs = t.CreatedUnixMs,
            ExpiresUnixMs = t.ExpiresUnixMs,
        }));
        return Task.FromResult(reply);
    }

    public override Task<DeleteTokenReply> DeleteToken(DeleteTokenRequest request, ServerCallContext context)
    {
        if (!tokens.Delete(request.Name))
        {
            throw Problem.NotFound($"'{request.Name}' has no token; `fedlearn pki token ls` lists them").ToException();
        }

        log.TokenDeleted(request.Name);
        return Task.FromResult(new DeleteTokenReply());
    }

    private static Scope ScopesOf(Role role, Google.Protobuf.Collections.RepeatedField<string> names)
    {
        var named = Scopes.Parse(names, out var unknown);
        return unknown is not null ? throw Problem.Invalid($"scopes: expected some of {string.Join(", ", Scopes.Names)}, got '{unknown}'").ToException()
            : (role, names.Count) switch
            {
                (Role.Viewer, 0) => Scope.Viewer,
                (Role.Operator, 0) => Scope.Operator,
                (Role.Unspecified, > 0) => named,
                _ => throw Problem.Invalid("role, scopes: expected ROLE_VIEWER or ROLE_OPERATOR, or scopes without a role").ToException(),
            };
    }

    private ClientIdentity ToWire(string id, IReadOnlyList<StoredCertificate> certificates, StoredInvitation? invitation)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var newest = certificates.Count > 0 ? certificates[^1] : null;
        var open = invitation is not null && invitation.ExpiresUnixMs > now;
        return new ClientIdentity
        {
            ClientId = id,
            Status = certificates.Any(c => c.RevokedUnixMs is null && c.NotAfterUnixMs > now) ? IdentityStatus.Enrolled
                : open ? IdentityStatus.Invited
                : newest?.RevokedUnixMs is not null ? IdentityStatus.Revoked
                : IdentityStatus.Expired,
            NotAfterUnixMs = newest?.NotAfterUnixMs ?? 0,
            IssuedUnixMs = newest?.IssuedUnixMs ?? 0,
            RevokedUnixMs = certificates.Max(c => c.RevokedUnixMs) ?? 0,
            InvitationExpiresUnixMs = open ? invitation!.ExpiresUnixMs : 0,
            Online = hub.IsOnline(id),
            LastSeenUnixMs = hub.LastSeen(id)?.ToUnixTimeMilliseconds() ?? 0,
        };
    }
}
