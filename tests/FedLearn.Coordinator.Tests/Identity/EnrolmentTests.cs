using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Identity;

public class EnrolmentTests
{
    [Fact]
    public async Task Enrol_WithAnInvitation_GivesACertificateThatIsServedAlsoAfterARestart()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var a = await coordinator.NewParticipantAsync("a");

        await a.JoinAsync();
        await a.JoinAsync("a");
        await coordinator.RestartAsync();
        await coordinator.As(a.Certificate).HeartbeatAsync();

        Assert.Equal(new IdentityName("hospitals", "a"), IdentityName.Of(a.Certificate!));
        Assert.Equal(coordinator.Time.GetUtcNow().AddDays(7), a.Certificate!.NotAfter);
        Assert.Equal("a", Assert.Single((await coordinator.Runs.ListClientsAsync(new ListClientsRequest(), coordinator.Operator)).Clients).ClientId);
    }

    [Fact]
    public async Task Authority_IsTheRootThatTheInvitationNames()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var invitation = Invitation.TryParse(await coordinator.InviteAsync("a"), out _)!;

        var root = (await coordinator.Enrolment.GetAuthorityAsync(new GetAuthorityRequest())).Root;

        Assert.Equal(invitation.RootHash, System.Security.Cryptography.SHA256.HashData(root.Span));
        Assert.Equal(new Uri(coordinator.EnrolmentAddress), invitation.Address);
    }

    [Fact]
    public async Task Invitation_UsedByAnotherKey_IsRefusedAndByTheSameKeyServedAgain()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        using var key = SigningRequest.NewKey();
        using var thief = SigningRequest.NewKey();
        var word = await coordinator.InviteAsync("a");
        var first = await coordinator.EnrolAsync(word, key);

        var again = await coordinator.EnrolAsync(word, key);

        await RefusedAsync("has been used", () => coordinator.EnrolAsync(word, thief));
        Assert.NotEqual(first.SerialNumber, again.SerialNumber);
        await coordinator.As(first).HeartbeatAsync();
        await coordinator.As(again).HeartbeatAsync();
    }

    [Theory]
    [InlineData(0, 899, true)]
    [InlineData(0, 900, false)]
    [InlineData(60, 59, true)]
    [InlineData(60, 60, false)]
    public async Task Invitation_AfterItsTime_IsRefused(int valid, int seconds, bool served)
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        using var key = SigningRequest.NewKey();
        var word = await coordinator.InviteAsync("a", valid);
        coordinator.Time.Advance(TimeSpan.FromSeconds(seconds));

        if (served)
        {
            await coordinator.EnrolAsync(word, key);
        }
        else
        {
            await RefusedAsync("has expired", () => coordinator.EnrolAsync(word, key));
        }
    }

    [Fact]
    public async Task Invitation_ReplacedOrRevokedOrNeverMade_IsRefused()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        using var key = SigningRequest.NewKey();
        var replaced = await coordinator.InviteAsync("a");
        var revoked = await coordinator.InviteAsync("a");

        await RefusedAsync("is not known here", () => coordinator.EnrolAsync(replaced, key));
        await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "a" }, coordinator.Operator);
        await RefusedAsync("is not known here", () => coordinator.EnrolAsync(revoked, key));
        await RefusedAsync("is not known here", () => coordinator.EnrolAsync(Invitation.Create([1], new Uri("https://127.0.0.1")).ToWord(), key));
    }

    [Fact]
    public async Task Enrol_WithABadRequest_LeavesTheInvitationUnused()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        using var key = SigningRequest.NewKey();
        var word = await coordinator.InviteAsync("a");
        var secret = ByteString.CopyFrom(Invitation.TryParse(word, out _)!.Secret);

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Enrolment.EnrolAsync(new EnrolRequest { Secret = secret, SigningRequest = ByteString.CopyFromUtf8("x") }));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.StartsWith("signing_request: expected a PKCS #10", refused.Status.Detail, StringComparison.Ordinal);
        await coordinator.EnrolAsync(word, key);
    }

    [Fact]
    public async Task Invite_WithBadArguments_IsRefused()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        foreach (var request in new InviteRequest[] { new() { ClientId = "A" }, new() { ClientId = "a", ValidSeconds = -1 }, new() { ClientId = "a", ValidSeconds = 604_801 }, new() { ClientId = "a", Address = "http://x" } })
        {
            Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Identities.InviteAsync(request, coordinator.Operator))).StatusCode);
        }

        Assert.Empty((await coordinator.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), coordinator.Operator)).Identities);
    }

    [Fact]
    public async Task Secrets_OnDisk_AreOnlyThereAsHashes()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        using var key = SigningRequest.NewKey();
        var word = await coordinator.InviteAsync("a");
        await coordinator.EnrolAsync(word, key);
        var secret = Invitation.TryParse(word, out _)!.Secret;

        await coordinator.RestartAsync(() =>
        {
            foreach (var file in Directory.EnumerateFiles(coordinator.Folder, "*", SearchOption.AllDirectories))
            {
                var bytes = File.ReadAllBytes(file);
                Assert.True(bytes.AsSpan().IndexOf(secret) < 0 && bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret))) < 0, file);
            }
        });
    }

    [Fact]
    public async Task List_OfAllKinds_SaysWhoIsEnrolledUntilWhen()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var start = coordinator.Time.GetUtcNow();
        await (await coordinator.NewParticipantAsync("enrolled")).HeartbeatAsync();
        await coordinator.NewParticipantAsync("revoked");
        await coordinator.InviteAsync("invited");
        await coordinator.InviteAsync("forgotten", seconds: 60);
        await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "revoked" }, coordinator.Operator);
        coordinator.Time.Advance(TimeSpan.FromSeconds(100));

        var all = (await coordinator.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), coordinator.Operator)).Identities;

        Assert.Equal(
            [("enrolled", IdentityStatus.Enrolled), ("forgotten", IdentityStatus.Expired), ("invited", IdentityStatus.Invited), ("revoked", IdentityStatus.Revoked)],
            all.Select(i => (i.ClientId, i.Status)));
        Assert.Equal((start.AddDays(7).ToUnixTimeMilliseconds(), start.ToUnixTimeMilliseconds()), (all[0].NotAfterUnixMs, all[0].LastSeenUnixMs));
        Assert.Equal(start.AddMinutes(15).ToUnixTimeMilliseconds(), all[2].InvitationExpiresUnixMs);
        Assert.Equal(start.ToUnixTimeMilliseconds(), all[3].RevokedUnixMs);
    }

    private static async Task RefusedAsync(string reason, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        Assert.Contains(reason, refused.Status.Detail, StringComparison.Ordinal);
    }
}
