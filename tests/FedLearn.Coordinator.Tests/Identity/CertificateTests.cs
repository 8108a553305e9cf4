using System.Net;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Coordinator.Identity;
using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Identity;

public class CertificateTests
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    [Fact]
    public async Task Certificate_Expired_EndsItsWatchAndIsRefusedOnOpenAndNewConnections()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var a = await coordinator.NewParticipantAsync("a");
        using var watch = await WatchAsync(a);

        coordinator.Time.Advance(Life - TimeSpan.FromSeconds(1));
        await a.HeartbeatAsync();
        coordinator.Time.Advance(TimeSpan.FromSeconds(1));

        await RefusedAsync(StatusCode.Unauthenticated, "expired at 2030-01-08 12:00:00Z", () => watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        await RefusedAsync(StatusCode.Unauthenticated, "expired", a.HeartbeatAsync);
        await RefusedAsync(StatusCode.Unauthenticated, "expired", coordinator.As(a.Certificate).HeartbeatAsync);
        await coordinator.RestartAsync();
        await RefusedAsync(StatusCode.Unauthenticated, "expired", coordinator.As(a.Certificate).HeartbeatAsync);
    }

    [Fact]
    public async Task Certificate_Revoked_EndsItsWatchAndIsRefusedOnOpenAndNewConnections()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var a = await coordinator.NewParticipantAsync("a");
        var b = await coordinator.NewParticipantAsync("b");
        using var watch = await WatchAsync(a);

        var reply = await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "a" }, coordinator.Operator);

        Assert.Equal(1, reply.Certificates);
        await RefusedAsync(StatusCode.Unauthenticated, "is revoked", () => watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        await RefusedAsync(StatusCode.Unauthenticated, "is revoked", a.HeartbeatAsync);
        await RefusedAsync(StatusCode.Unauthenticated, "is revoked", async () => await a.Enrolment.RenewAsync(new RenewRequest()));
        await RefusedAsync(StatusCode.Unauthenticated, "is revoked", coordinator.As(a.Certificate).HeartbeatAsync);
        await b.HeartbeatAsync();
        await coordinator.RestartAsync();
        await RefusedAsync(StatusCode.Unauthenticated, "is revoked", coordinator.As(a.Certificate).HeartbeatAsync);
        await (await coordinator.NewParticipantAsync("a")).HeartbeatAsync();
    }

    [Fact]
    public async Task Revocation_InTheMiddleOfAnUpload_EndsIt()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var a = await coordinator.NewParticipantAsync("a");
        var (fit, watch) = await coordinator.FitAsync(a, elements: 400_000);
        using var watching = watch;
        var delta = new float[400_000];
        var header = TestClient.Header(fit.Fit, fit.Manifest, delta, 1);
        using var push = a.Federation.PushUpdate();
        await push.RequestStream.WriteAsync(new PushUpdateRequest { Header = header });
        await TestClient.SendChunksAsync(push.RequestStream, delta, 0, 256 << 10, 256 << 10);

        await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "a" }, coordinator.Operator);

        await Assert.ThrowsAsync<RpcException>(async () => await push);
        await RefusedAsync(StatusCode.Unauthenticated, "is revoked", async () => await a.Federation.OpenUpdateAsync(new OpenUpdateRequest { Header = header }));
    }

    [Fact]
    public async Task Renew_BeforeTheEnd_GivesACertificateThatOutlivesTheOld()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var a = await coordinator.NewParticipantAsync("a");
        using var key = SigningRequest.NewKey();
        coordinator.Time.Advance(Life * (2.0 / 3));

        var reply = await a.Enrolment.RenewAsync(new RenewRequest { SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)) });
        using var certificate = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        using var renewed = certificate.CopyWithPrivateKey(key);
        await a.HeartbeatAsync();
        coordinator.Time.Advance(Life / 2);

        await RefusedAsync(StatusCode.Unauthenticated, "expired", a.HeartbeatAsync);
        await coordinator.As(renewed).JoinAsync("a");
        Assert.Equal(1, (await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "a" }, coordinator.Operator)).Certificates);
    }

    [Fact]
    public async Task Participant_ThatUsesAnothersNames_IsRefused()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var (a, b) = (await coordinator.NewParticipantAsync("a"), await coordinator.NewParticipantAsync("b"));
        var (fit, watch) = await coordinator.FitAsync(a, elements: 400_000);
        using var watching = watch;
        var delta = new float[400_000];
        var header = TestClient.Header(fit.Fit, fit.Manifest, delta, 1);
        var upload = (await a.Federation.OpenUpdateAsync(new OpenUpdateRequest { Header = header })).Upload;

        await RefusedAsync(StatusCode.PermissionDenied, "is that of 'b', and not of 'a'", () => b.JoinAsync("a"));
        await RefusedAsync(StatusCode.PermissionDenied, "not selected", async () => await b.Federation.OpenUpdateAsync(new OpenUpdateRequest { Header = header }));
        using var push = b.Federation.PushUpdate();
        await push.RequestStream.WriteAsync(new PushUpdateRequest { Resume = upload });
        await push.RequestStream.CompleteAsync();
        await RefusedAsync(StatusCode.FailedPrecondition, "upload", async () => await push);
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync(b, upload));
        Assert.Equal(HttpStatusCode.OK, await PutAsync(a, upload, delta));
    }

    [Fact]
    public async Task Update_Replayed_ChangesNothingForItsOwnerAndIsRefusedUnderAnotherIdentity()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var (a, b) = (await coordinator.NewParticipantAsync("a"), await coordinator.NewParticipantAsync("b"));
        var (fit, watch) = await coordinator.FitAsync(a, elements: 4);
        using var watching = watch;
        var header = TestClient.Header(fit.Fit, fit.Manifest, new float[4], 1);

        var receipt = await a.PushAsync(header);

        await RefusedAsync(StatusCode.PermissionDenied, "not selected", () => b.PushAsync(header));
        Assert.Equal(receipt, await a.PushAsync(header));
        var round = await coordinator.Runs.GetRunAsync(new GetRunRequest { RunId = fit.Fit.RunId }, coordinator.Operator);
        Assert.Equal(1, round.Rounds[0].Accepted);
    }

    [Fact]
    public async Task Road_OfARevokedClient_IsUnauthorized()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var a = await coordinator.NewParticipantAsync("a");
        var (fit, watch) = await coordinator.FitAsync(a, elements: 400_000);
        using var watching = watch;
        var upload = (await a.Federation.OpenUpdateAsync(new OpenUpdateRequest { Header = TestClient.Header(fit.Fit, fit.Manifest, new float[400_000], 1) })).Upload;
        await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "a" }, coordinator.Operator);

        Assert.Equal(HttpStatusCode.Unauthorized, await PutAsync(a, upload));
    }

    [Fact]
    public async Task Participant_ThatAsksForAnOperatorsCall_IsRefusedEvenWithTheOperatorsToken()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var a = await coordinator.NewParticipantAsync("a");

        await RefusedAsync(StatusCode.PermissionDenied, "'a' is a participant", async () => await a.Runs.ListRunsAsync(new ListRunsRequest(), coordinator.Operator));
        await RefusedAsync(StatusCode.PermissionDenied, "'a' is a participant", async () => await a.Identities.InviteAsync(new InviteRequest { ClientId = "b" }, coordinator.Operator));
        await RefusedAsync(StatusCode.Unauthenticated, "token", async () => await coordinator.Identities.InviteAsync(new InviteRequest { ClientId = "b" }));
        await RefusedAsync(StatusCode.Unauthenticated, "token", async () => await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "a" }, TestCoordinator.Bearer(new string('0', 64))));
    }

    [Fact]
    public async Task Caller_WithoutACertificate_HasNoConnectionForParticipantsAndNoCallElsewhere()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();

        await Assert.ThrowsAsync<RpcException>(coordinator.As(null).HeartbeatAsync);

        var federation = coordinator.FederationWithout;
        await RefusedAsync(StatusCode.Unauthenticated, "comes without one", async () => await federation.JoinAsync(new JoinRequest { ClientId = "a", ProtocolVersion = 1 }));
        await RefusedAsync(StatusCode.Unauthenticated, "comes without one", async () => await federation.HeartbeatAsync(new HeartbeatRequest(), coordinator.Operator));
    }

    [Fact]
    public async Task Certificate_OfAnotherAuthorityOrForAServer_HasNoConnection()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var other = Path.Combine(coordinator.Folder, "other");
        PkiFolder.Create(other, "hospitals", ["127.0.0.1"], coordinator.Time.GetUtcNow());
        using var authority = Authority.Load(Path.Combine(other, "coordinator"), coordinator.Time.GetUtcNow());
        using var own = Authority.Load(coordinator.Pki, coordinator.Time.GetUtcNow());
        using var key = SigningRequest.NewKey();
        using var issued = authority.IssueClient(new PublicKey(key), "a", coordinator.Time.GetUtcNow(), Life);
        using var strange = issued.CopyWithPrivateKey(key);

        await ReachesNothingAsync(coordinator.As(strange));
        await ReachesNothingAsync(coordinator.As(own.Server));
    }

    [Fact]
    public async Task Certificate_OfTheAuthorityThatTheDatabaseDoesNotKnow_IsRefused()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        using var own = Authority.Load(coordinator.Pki, coordinator.Time.GetUtcNow());
        using var key = SigningRequest.NewKey();
        using var issued = own.IssueClient(new PublicKey(key), "a", coordinator.Time.GetUtcNow(), Life);
        using var unknown = issued.CopyWithPrivateKey(key);

        await RefusedAsync(StatusCode.Unauthenticated, "does not know the certificate of 'a'", coordinator.As(unknown).HeartbeatAsync);
    }

    private static async Task ReachesNothingAsync(CertifiedCoordinator.Participant participant)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(participant.HeartbeatAsync);
        Assert.True(refused.StatusCode is StatusCode.Unavailable or StatusCode.Internal, refused.ToString());
        Assert.NotNull(refused.Status.DebugException);
    }

    private static async Task<AsyncServerStreamingCall<WatchReply>> WatchAsync(CertifiedCoordinator.Participant participant)
    {
        var watch = participant.Federation.Watch(new WatchRequest());
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.NotNull(watch.ResponseStream.Current.Synced);
        return watch;
    }

    private static async Task<HttpStatusCode> PutAsync(CertifiedCoordinator.Participant participant, Upload upload, float[]? delta = null)
    {
        using var http = new HttpMessageInvoker(participant.Handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Put, upload.Road.Url);
        request.Headers.Add("fedlearn-ticket", upload.Road.Ticket);
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes((delta ?? new float[4]).AsSpan()).ToArray();
        request.Content = new ByteArrayContent(bytes) { Headers = { ContentRange = new System.Net.Http.Headers.ContentRangeHeaderValue(0, bytes.Length - 1, bytes.Length) } };
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task RefusedAsync(StatusCode status, string reason, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(refused.StatusCode == status, refused.ToString());
        Assert.Contains(reason, refused.Status.Detail, StringComparison.Ordinal);
    }
}
