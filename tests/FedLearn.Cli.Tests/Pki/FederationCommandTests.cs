using System.Text.Json;
using FedLearn.Cli.Tests.Hosting;

namespace FedLearn.Cli.Tests.Pki;

public sealed class FederationCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-cli-federation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Federations_NamedAtTheStartAndAddedLater_AreServedApartAlsoFromABackup()
    {
        await using (await StartAsync("data", "--federation", "hospitals", "--federation", "banks"))
        {
            await EnrolAsync("data/federations/banks", "bank", "fedlearn://banks/a");
        }

        var (code, _, error) = await Cli.RunAsync("federation", "create", "ports", "--data", PathOf("data"));
        Assert.True(code == ExitCode.Ok, error);
        await using (await StartAsync("data"))
        {
            await EnrolAsync("data", "hospital", "fedlearn://hospitals/a");
            await EnrolAsync("data/federations/ports", "port", "fedlearn://ports/a");
            Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("backup", PathOf("data"), PathOf("backup"))).Code);
        }

        var (_, listed, _) = await Cli.RunAsync("federation", "ls", "--data", PathOf("data"), "--json");
        Assert.Equal(["hospitals", "banks", "ports"], JsonElement.Parse(listed).EnumerateArray().Select(f => f.GetProperty("federation").GetString()));
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("restore", PathOf("backup"), PathOf("restored"))).Code);
        await using (await StartAsync("restored"))
        {
            var (_, banks, _) = await Cli.RunAsync("pki", "ls", "--token-file", PathOf("restored/federations/banks/operator.token"));
            Assert.Contains("enrolled", banks, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Create_WithAMistake_SaysSoAndChangesNothing()
    {
        await using (await StartAsync("data", "--federation", "hospitals"))
        {
        }

        await Cli.RunAsync("pki", "init", PathOf("other"));

        foreach (var (args, expected) in ((string[], string)[])
        [
            (["hospitals"], "there is a federation 'hospitals'"),
            (["Banks"], "expected 1 to 63"),
            (["banks", "--root", PathOf("other/root")], "is not the root of this coordinator's authorities"),
            (["banks", "--root", PathOf("nowhere")], "cannot read"),
        ])
        {
            var (code, _, error) = await Cli.RunAsync(["federation", "create", .. args, "--data", PathOf("data")]);
            Assert.Equal(ExitCode.Failed, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(PathOf("data/federations")));
    }

    [Fact]
    public async Task Coordinator_WithoutCertificatesOrByAnotherName_RefusesToServeSeveral()
    {
        await using (await StartAsync("data", "--federation", "hospitals", "--federation", "banks"))
        {
        }

        var (_, _, insecure) = await Cli.RunAsync("coordinator", "--data", PathOf("data"), "--insecure");
        var (_, _, renamed) = await Cli.RunAsync("coordinator", "--data", PathOf("data"), "--federation", "ports");

        Assert.Contains("start it without --insecure", insecure, StringComparison.Ordinal);
        Assert.Contains("are of federation 'hospitals'", renamed, StringComparison.Ordinal);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private async Task EnrolAsync(string data, string state, string expected)
    {
        var (_, word, error) = await Cli.RunAsync("pki", "invite", "a", "--token-file", PathOf($"{data}/operator.token"));
        Assert.Empty(error);
        var (_, enrolled, _) = await Cli.RunAsync("enrol", word.Trim(), "--state", PathOf(state));
        Assert.StartsWith($"enrolled as {expected};", enrolled, StringComparison.Ordinal);
    }

    private Task<RunningCoordinator> StartAsync(string data, params string[] more) => RunningCoordinator.StartAsync(
        PathOf(data), ["--host", "127.0.0.1", "--listen", "https://127.0.0.1:0", "--enrolment", "https://127.0.0.1:0", .. more]);
}
