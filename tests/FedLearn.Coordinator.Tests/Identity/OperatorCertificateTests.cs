using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Identity;

public class OperatorCertificateTests
{
    [Fact]
    public async Task Operator_WithACertificate_DoesAllAndTakesNoPart()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var alice = await OperatorAsync(coordinator, "alice", Role.Operator);
        Assert.Equal("fedlearn://hospitals/operators/alice", OperatorName.Of(alice.Certificate!)!.ToString());
        Assert.Null(IdentityName.Of(alice.Certificate!));

        await alice.Runs.ListRunsAsync(new ListRunsRequest());
        await alice.Identities.InviteAsync(new InviteRequest { ClientId = "bob", Role = Role.Operator });
        foreach (var call in (Func<Task>[])[() => alice.JoinAsync(), () => alice.JoinAsync("alice"), alice.HeartbeatAsync])
        {
            Assert.Contains("is no participant", await RefusedAsync(StatusCode.PermissionDenied, call), StringComparison.Ordinal);
        }

        using var http = new HttpMessageInvoker(alice.Handler, disposeHandler: false);
        using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"{coordinator.Address}/v1/models/any/0"), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Viewer_WithACertificate_SeesAndChangesNothing()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var carol = await OperatorAsync(coordinator, "carol", Role.Viewer);

        await carol.Runs.ListClientsAsync(new ListClientsRequest());

        Assert.Contains("takes the scope identities:write; those of 'viewers/carol' are a viewer's",
            await RefusedAsync(StatusCode.PermissionDenied, async () => await carol.Identities.InviteAsync(new InviteRequest { ClientId = "a" })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Participant_OfAnOperatorsName_IsNone()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        await OperatorAsync(coordinator, "alice", Role.Operator);
        var client = await coordinator.NewParticipantAsync("alice");

        await RefusedAsync(StatusCode.PermissionDenied, async () => await client.Runs.ListRunsAsync(new ListRunsRequest()));
        await client.JoinAsync("alice");
        Assert.Equal(["alice", "operators/alice"], (await coordinator.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), coordinator.Operator)).Identities.Select(i => i.ClientId));
        foreach (var id in (string[])["operators/eve", "viewers/eve", "operators/"])
        {
            await RefusedAsync(StatusCode.InvalidArgument, () => coordinator.InviteAsync(id));
        }
    }

    [Fact]
    public async Task Certificate_OfAnOperator_RenewsExpiresAndIsRevokedAsAParticipantsIs()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var alice = await OperatorAsync(coordinator, "alice", Role.Operator);
        coordinator.Time.Advance(TimeSpan.FromDays(5));
        using var key = SigningRequest.NewKey();
        var reply = await alice.Enrolment.RenewAsync(new RenewRequest { SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)) });
        using var bare = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        using var certificate = bare.CopyWithPrivateKey(key);
        var renewed = coordinator.As(certificate);
        coordinator.Time.Advance(TimeSpan.FromDays(3));

        Assert.Contains("'operators/alice' expired", await RefusedAsync(StatusCode.Unauthenticated, async () => await alice.Runs.ListRunsAsync(new ListRunsRequest())), StringComparison.Ordinal);
        await renewed.Runs.ListRunsAsync(new ListRunsRequest());
        await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "operators/alice" }, coordinator.Operator);
        Assert.Contains("is revoked", await RefusedAsync(StatusCode.Unauthenticated, async () => await renewed.Runs.ListRunsAsync(new ListRunsRequest())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operator_OfOneFederation_IsUnknownToTheOther()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync("banks");
        var alice = await OperatorAsync(coordinator, "alice", Role.Operator, "banks");

        Assert.Equal("alice", (await alice.Identities.ListIdentitiesAsync(new ListIdentitiesRequest())).Identities.Single().ClientId["operators/".Length..]);
        Assert.Empty((await coordinator.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), coordinator.Operator)).Identities);
    }

    private static async Task<CertifiedCoordinator.Participant> OperatorAsync(CertifiedCoordinator coordinator, string name, Role role, string? federation = null)
    {
        var word = (await coordinator.Identities.InviteAsync(new InviteRequest { ClientId = name, Role = role }, coordinator.OperatorOf(federation))).Invitation;
        return coordinator.As(await coordinator.EnrolAsync(word, coordinator.Kept(SigningRequest.NewKey())));
    }

    private static async Task<string> RefusedAsync(StatusCode status, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(refused.StatusCode == status, refused.ToString());
        return refused.Status.Detail;
    }
}
