using System.Text.Json;
using FedLearn.Cli.Pki;
using FedLearn.Cli.Tests.Hosting;

namespace FedLearn.Cli.Tests.Pki;

public sealed class PkiCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-cli-pki-").FullName;

    private string Token => Path.Combine(_folder, "data", "operator.token");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Participant_FromNothing_IsInvitedEnrolledListedAndRevoked()
    {
        await using var coordinator = await StartAsync();

        var (_, invitation, _) = await Cli.RunAsync(["pki", "invite", "hospital-a", "--token-file", Token]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "invitation"), invitation);
        var (code, text, error) = await Cli.RunAsync(["enrol", Path.Combine(_folder, "invitation"), "--state", Path.Combine(_folder, "state")]);

        Assert.True(code == ExitCode.Ok, error);
        Assert.StartsWith("enrolled as fedlearn://hospitals/hospital-a;", text, StringComparison.Ordinal);
        Assert.Contains(new Uri(coordinator.Address).Port.ToString(), text, StringComparison.Ordinal);
        Assert.Equal("enrolled", await StatusAsync());
        var (_, revoked, _) = await Cli.RunAsync(["pki", "revoke", "hospital-a", "--token-file", Token]);
        Assert.Equal("hospital-a is revoked; 1 valid certificates ended", revoked.Trim());
        Assert.Equal("revoked", await StatusAsync());
    }

    [Fact]
    public async Task Enrol_WithAUsedOrBrokenInvitation_SaysSoWithoutRepeatingIt()
    {
        await using var coordinator = await StartAsync();
        var (_, word, _) = await Cli.RunAsync(["pki", "invite", "hospital-a", "--token-file", Token]);
        await Cli.RunAsync(["enrol", word.Trim(), "--state", Path.Combine(_folder, "state")]);

        var (code, _, used) = await Cli.RunAsync(["enrol", word.Trim(), "--state", Path.Combine(_folder, "other")]);
        var (_, _, broken) = await Cli.RunAsync(["enrol", word.Trim()[..^3], "--state", Path.Combine(_folder, "other")]);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("the invitation has been used; ask the operator for a new one", used, StringComparison.Ordinal);
        Assert.Contains("copy the whole word", broken, StringComparison.Ordinal);
        Assert.DoesNotContain(word[30..50], used + broken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_OfAViewer_SeesAndChangesNothingUntilItIsRemoved()
    {
        await using var coordinator = await StartAsync();
        var (_, token, _) = await Cli.RunAsync(["pki", "token", "create", "alice", "--token-file", Token]);
        var file = Path.Combine(_folder, "data", "alice.token");
        await File.WriteAllTextAsync(file, token);

        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync(["run", "ls", "--token-file", file])).Code);
        Assert.Contains("viewer's", (await Cli.RunAsync(["pki", "invite", "a", "--token-file", file])).Error, StringComparison.Ordinal);
        Assert.Contains("alice  viewer", (await Cli.RunAsync(["pki", "token", "ls", "--token-file", Token])).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync(["pki", "token", "rm", "alice", "--token-file", Token])).Code);
        Assert.Equal(ExitCode.Failed, (await Cli.RunAsync(["run", "ls", "--token-file", file])).Code);
        Assert.Equal("[]", (await Cli.RunAsync(["pki", "token", "ls", "--json", "--token-file", Token])).Output.Trim());
    }

    [Fact]
    public async Task Operator_Invited_OperatesByCertificateUntilRevoked()
    {
        await using var coordinator = await StartAsync();
        var (_, word, _) = await Cli.RunAsync("pki", "invite", "--role", "operator", "alice", "--token-file", Token);
        var alice = Path.Combine(_folder, "alice");

        var (_, enrolled, _) = await Cli.RunAsync("enrol", word.Trim(), "--state", alice);
        Assert.StartsWith("enrolled as fedlearn://hospitals/operators/alice;", enrolled, StringComparison.Ordinal);
        var (code, invitation, error) = await Cli.RunAsync("pki", "invite", "hospital-a", "--identity", alice);
        Assert.True(code == ExitCode.Ok, error);
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("run", "ls", "--identity", Path.Combine(alice, "identity"))).Code);
        var (_, _, asWorker) = await Cli.RunAsync("worker", "--vault", Path.Combine(_folder, "v"), "--key-file", Path.Combine(_folder, "k"), "--state", alice);
        Assert.Contains("who is no participant", asWorker, StringComparison.Ordinal);
        await Cli.RunAsync("enrol", invitation.Trim(), "--state", Path.Combine(_folder, "state"));
        Assert.Contains("a participant; operators' calls take", (await Cli.RunAsync("run", "ls", "--identity", Path.Combine(_folder, "state"))).Error, StringComparison.Ordinal);

        await Cli.RunAsync("pki", "revoke", "operators/alice", "--token-file", Token);
        Assert.Contains("is revoked", (await Cli.RunAsync("run", "ls", "--identity", alice)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_WithScopes_MayDoTheseAlone()
    {
        await using var coordinator = await StartAsync();
        var (_, token, _) = await Cli.RunAsync("pki", "token", "create", "ci", "--scope", "runs:read,models:read", "--token-file", Token);
        var file = Path.Combine(_folder, "data", "ci.token");
        await File.WriteAllTextAsync(file, token);

        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("run", "ls", "--token-file", file)).Code);
        Assert.Contains("takes the scope clients:read", (await Cli.RunAsync("client", "ls", "--token-file", file)).Error, StringComparison.Ordinal);
        Assert.Contains("ci    models:read, runs:read", (await Cli.RunAsync("pki", "token", "ls", "--token-file", Token)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_OfNobody_Fails()
    {
        await using var coordinator = await StartAsync();

        var (code, _, error) = await Cli.RunAsync(["pki", "revoke", "nobody", "--token-file", Token]);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("there is no client 'nobody'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coordinator_StartedAgainWithoutCertificates_TakesBackWhereOperatorsCall()
    {
        await (await StartAsync()).DisposeAsync();
        Assert.True(File.Exists(Path.Combine(_folder, "data", "operator.address")));

        await using var coordinator = await RunningCoordinator.StartAsync(Path.Combine(_folder, "data"));

        Assert.False(File.Exists(Path.Combine(_folder, "data", "operator.address")));
        var (_, _, error) = await coordinator.AskAsync("pki", "invite", "a");
        Assert.Contains("no coordinator of this version, or one without certificates", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coordinator_WithoutFlags_MakesItsAuthoritiesOnceAndABackupKeepsThem()
    {
        string root, invitation;
        await using (await StartOnAsync("data"))
        {
            root = await File.ReadAllTextAsync(Path.Combine(_folder, "data", "operator.root.pem"));
            (_, invitation, _) = await Cli.RunAsync(["pki", "invite", "a", "--token-file", Token]);
        }

        await using (await StartOnAsync("data"))
        {
            Assert.Equal(root, await File.ReadAllTextAsync(Path.Combine(_folder, "data", "operator.root.pem")));
            Assert.True(File.Exists(Path.Combine(_folder, "data", "pki", "root", "root.key")));
        }

        await Cli.RunAsync(["backup", Path.Combine(_folder, "data"), Path.Combine(_folder, "backup")]);
        await Cli.RunAsync(["restore", Path.Combine(_folder, "backup"), Path.Combine(_folder, "restored")]);
        Assert.False(Directory.Exists(Path.Combine(_folder, "restored", "pki", "root")));
        await using var restored = await StartOnAsync("restored");
        Assert.Equal(root, await File.ReadAllTextAsync(Path.Combine(_folder, "restored", "operator.root.pem")));
        var (_, listed, _) = await Cli.RunAsync(["pki", "ls", "--token-file", Path.Combine(_folder, "restored", "operator.token")]);
        Assert.Contains("invited", listed, StringComparison.Ordinal);
        Assert.StartsWith("fedlearn-invitation-", invitation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invite_Several_WritesAFileForEachThatOnlyItsOwnerReads()
    {
        await using var coordinator = await StartAsync();
        var folder = Path.Combine(_folder, "invitations");

        for (var again = 0; again < 2; again++)
        {
            var (code, output, error) = await Cli.RunAsync(["pki", "invite", "worker", "--count", "3", "--out", folder, "--token-file", Token]);
            Assert.True(code == 0 && output.Length == 0, error);
        }

        Assert.Equal(["worker-1", "worker-2", "worker-3"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(folder, "worker-2")) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var (enrolled, text, _) = await Cli.RunAsync(["enrol", Path.Combine(folder, "worker-2"), "--state", Path.Combine(_folder, "state")]);
        Assert.True(enrolled == 0 && text.Contains("hospitals/worker-2", StringComparison.Ordinal), text);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("8h", 28_800)]
    [InlineData("7d", 604_800)]
    public void Valid_WithAUnit_IsSeconds(string text, int seconds) => Assert.Equal(seconds, PkiCommand.Seconds(text));

    private async Task<RunningCoordinator> StartAsync()
    {
        var (code, _, error) = await Cli.RunAsync(["pki", "init", Path.Combine(_folder, "pki"), "--federation", "hospitals", "--host", "127.0.0.1"]);
        Assert.True(code == ExitCode.Ok, error);
        return await RunningCoordinator.StartAsync(
            Path.Combine(_folder, "data"), "--pki", Path.Combine(_folder, "pki", "coordinator"), "--listen", "https://127.0.0.1:0", "--enrolment", "https://127.0.0.1:0");
    }

    private Task<RunningCoordinator> StartOnAsync(string data) => RunningCoordinator.StartAsync(
        Path.Combine(_folder, data), "--host", "127.0.0.1", "--listen", "https://127.0.0.1:0", "--enrolment", "https://127.0.0.1:0");

    private async Task<string?> StatusAsync()
    {
        var (_, text, _) = await Cli.RunAsync(["pki", "ls", "--json", "--token-file", Token]);
        var identity = JsonElement.Parse(text)[0];
        Assert.Equal("hospital-a", identity.GetProperty("client").GetString());
        return identity.GetProperty("status").GetString();
    }
}
