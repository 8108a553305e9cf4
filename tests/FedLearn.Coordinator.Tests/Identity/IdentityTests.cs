using FedLearn.Coordinator.Identity;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Identity;

public class IdentityTests
{
    [Fact]
    public async Task Join_TwiceBeforeTheTokenIsUsed_GivesANewToken()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var lost = await coordinator.JoinAsync("a");
        using var second = await coordinator.JoinAsync("a");

        await second.Calls.HeartbeatAsync(new HeartbeatRequest(), second.Headers);

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await lost.Calls.HeartbeatAsync(new HeartbeatRequest(), lost.Headers));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    [Fact]
    public async Task Join_IdOfAnotherClientInUse_IsUnauthenticated()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var owner = await coordinator.JoinAsync("a");
        await owner.Calls.HeartbeatAsync(new HeartbeatRequest(), owner.Headers);

        var refused = await Assert.ThrowsAsync<RpcException>(() => coordinator.JoinAsync("a"));

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Contains("is taken", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_AgainWithTheToken_AfterRestart_IsWelcome()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var client = await coordinator.JoinAsync("a");
        await coordinator.RestartAsync();

        var reply = await coordinator.Federation.JoinAsync(new JoinRequest { ClientId = "a", ProtocolVersion = 1 }, client.Headers);

        Assert.Equal("", reply.Token);
    }

    [Theory]
    [InlineData("Upper", 1, StatusCode.InvalidArgument)]
    [InlineData("", 1, StatusCode.InvalidArgument)]
    [InlineData("a", 2, StatusCode.FailedPrecondition)]
    public async Task Join_BadRequest_IsRefused(string id, int protocol, StatusCode status)
    {
        await using var coordinator = await TestCoordinator.StartAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Federation.JoinAsync(new JoinRequest { ClientId = id, ProtocolVersion = protocol }));

        Assert.Equal(status, refused.StatusCode);
    }

    [Fact]
    public void OperatorToken_DamagedFile_IsRefusedByPath()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("fedlearn-token-").FullName, "operator.token");
        _ = OperatorToken.Open(path);
        var bytes = File.ReadAllBytes(path);
        Assert.True(OperatorToken.Open(path).Matches(System.Text.Encoding.ASCII.GetString(bytes).Trim()));
        bytes[5] ^= 0x80;
        File.WriteAllBytes(path, bytes);

        Assert.Contains(path, Assert.Throws<StartupException>(() => OperatorToken.Open(path)).Message);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public async Task OperatorCall_WithAParticipantsToken_IsPermissionDenied()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var client = await coordinator.JoinAsync("a");

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), client.Headers));

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }

    [Fact]
    public async Task ParticipantCall_WithTheOperatorsToken_IsPermissionDenied()
    {
        await using var coordinator = await TestCoordinator.StartAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Federation.HeartbeatAsync(new HeartbeatRequest(), coordinator.Operator));

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }

    [Fact]
    public async Task OperatorToken_ThatOthersCanRead_RefusesTheStart()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("files have no modes there");
            return;
        }

        await using var coordinator = await TestCoordinator.StartAsync();
        var token = Path.Combine(coordinator.Folder, "operator.token");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(token));
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Contains($"chmod 600 {token}", Assert.Throws<StartupException>(() => FedLearn.Coordinator.Identity.OperatorToken.Open(token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_OnDisk_AreOnlyThereAsHashes()
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-test-").FullName;
        string token;
        await using (var coordinator = await TestCoordinator.StartAsync(folder))
        {
            using var client = await coordinator.JoinAsync("a");
            await client.Calls.HeartbeatAsync(new HeartbeatRequest(), client.Headers);
            token = client.Headers.GetValue("authorization")!["Bearer ".Length..];
        }

        var raw = Convert.FromHexString(token);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            Assert.True(bytes.AsSpan().IndexOf(raw) < 0 && bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(token)) < 0, file);
        }

        Directory.Delete(folder, recursive: true);
    }
}
