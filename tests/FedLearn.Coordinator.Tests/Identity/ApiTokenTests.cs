using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Identity;

public class ApiTokenTests
{
    [Fact]
    public async Task Viewer_AnyCallOfOperators_IsServedWhereItChangesNothing()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var viewer = await TokenAsync(coordinator, "alice", Role.Viewer);

        await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), viewer);
        await coordinator.Runs.ListClientsAsync(new ListClientsRequest(), viewer);
        await coordinator.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), viewer);
        await coordinator.Log.GetHeadAsync(new GetHeadRequest(), viewer);
        await RefusedAsync(StatusCode.NotFound, async () => await coordinator.Runs.GetRunAsync(new GetRunRequest { RunId = "none" }, viewer));
        foreach (var call in (Func<Task>[])
        [
            async () => await coordinator.Runs.StopRunAsync(new StopRunRequest { RunId = "none" }, viewer),
            async () => await coordinator.Runs.CreateRun(viewer),
            async () => await coordinator.Identities.InviteAsync(new InviteRequest { ClientId = "a" }, viewer),
            async () => await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "a" }, viewer),
            async () => await coordinator.Identities.CreateTokenAsync(new CreateTokenRequest { Name = "b", Role = Role.Operator }, viewer),
            async () => await coordinator.Identities.ListTokensAsync(new ListTokensRequest(), viewer),
            async () => await coordinator.Identities.DeleteTokenAsync(new DeleteTokenRequest { Name = "alice" }, viewer),
        ])
        {
            await RefusedAsync(StatusCode.PermissionDenied, call);
        }
    }

    [Fact]
    public void OperatorsCalls_All_AreThoseThatTheTableOfViewersWasMadeFor()
    {
        var calls = new[] { Runs.Descriptor, Identities.Descriptor, Log.Descriptor }.SelectMany(s => s.Methods).Select(m => m.Name);

        // A new call is an operator's until somebody decides otherwise, in the table and here.
        Assert.Equal(
            ["CreateRun", "CreateToken", "DeleteToken", "DownloadModel", "GetConsistencyProof", "GetEntries", "GetHead", "GetInclusionProof", "GetRun", "Invite", "ListClients", "ListIdentities", "ListRuns", "ListTokens", "PauseRun", "ResumeRun", "Revoke", "StopRun", "WatchRun"],
            calls.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Token_OfAnOperator_DoesAllUntilItExpiresAlsoAfterARestart()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var token = await TokenAsync(coordinator, "deploy", Role.Operator, seconds: 3600);

        await coordinator.Identities.InviteAsync(new InviteRequest { ClientId = "a" }, token);
        await coordinator.RestartAsync();
        coordinator.Time.Advance(TimeSpan.FromSeconds(3599));
        await coordinator.Identities.InviteAsync(new InviteRequest { ClientId = "a" }, token);
        coordinator.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("has expired", await RefusedAsync(StatusCode.Unauthenticated, async () => await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), token)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_Deleted_EndsItsOpenStreamsAndIsRefused()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        using var create = coordinator.Runs.CreateRun(coordinator.Operator);
        await create.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = TestCoordinator.Spec() });
        await create.RequestStream.CompleteAsync();
        var run = (await create).Run.RunId;
        var viewer = await TokenAsync(coordinator, "alice", Role.Viewer);
        using var watch = coordinator.Runs.WatchRun(new WatchRunRequest { RunId = run }, viewer);
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        await coordinator.Identities.DeleteTokenAsync(new DeleteTokenRequest { Name = "alice" }, coordinator.Operator);

        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
            }
        });
        await RefusedAsync(StatusCode.Unauthenticated, async () => await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), viewer));
        await RefusedAsync(StatusCode.NotFound, async () => await coordinator.Identities.DeleteTokenAsync(new DeleteTokenRequest { Name = "alice" }, coordinator.Operator));
        await TokenAsync(coordinator, "alice", Role.Viewer);
    }

    [Fact]
    public async Task Create_WithMistakes_IsRefused()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        await TokenAsync(coordinator, "alice", Role.Viewer);

        await RefusedAsync(StatusCode.AlreadyExists, () => TokenAsync(coordinator, "alice", Role.Operator));
        await RefusedAsync(StatusCode.InvalidArgument, () => TokenAsync(coordinator, "Alice", Role.Operator));
        await RefusedAsync(StatusCode.InvalidArgument, () => TokenAsync(coordinator, "bob", Role.Unspecified));
        await RefusedAsync(StatusCode.InvalidArgument, () => TokenAsync(coordinator, "bob", Role.Viewer, seconds: 2_592_001));
        Assert.Equal(("alice", Role.Viewer), (await coordinator.Identities.ListTokensAsync(new ListTokensRequest(), coordinator.Operator)).Tokens.Select(t => (t.Name, t.Role)).Single());
    }

    private static async Task<Metadata> TokenAsync(CertifiedCoordinator coordinator, string name, Role role, long seconds = 0)
    {
        var reply = await coordinator.Identities.CreateTokenAsync(new CreateTokenRequest { Name = name, Role = role, ValidSeconds = seconds }, coordinator.Operator);
        return TestCoordinator.Bearer(reply.Token);
    }

    private static async Task<string> RefusedAsync(StatusCode status, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(refused.StatusCode == status, refused.ToString());
        return refused.Status.Detail;
    }
}
