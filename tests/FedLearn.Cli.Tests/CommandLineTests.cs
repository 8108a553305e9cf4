using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using FedLearn.Cli.Shell;
using FedLearn.Testing;

namespace FedLearn.Cli.Tests;

public class CommandLineTests
{
    public static TheoryData<string> AllCommands() => [.. Paths(CommandLine.Tree(), "")];

    private static IEnumerable<string> Paths(Command command, string path) =>
        command.Subcommands.SelectMany(c => Paths(c, $"{path} {c.Name}".Trim())).Prepend(path);

    [Theory]
    [MemberData(nameof(AllCommands))]
    public async Task Help_OfEveryCommand_DescribesItsOptionsAndEndsWithExamples(string path)
    {
        var words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (code, output, _) = await Cli.RunAsync([.. words, "--help"]);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("Examples:", output, StringComparison.Ordinal);
        var command = words.Aggregate((Command)CommandLine.Tree(), (parent, name) => parent.Subcommands.Single(c => c.Name == name));
        Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        Assert.All(Examples.Of(command), example => Assert.StartsWith($"fedlearn {path}".Trim(), example, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AllCommands))]
    public void Examples_OfEveryCommand_Parse(string path)
    {
        var command = path.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate((Command)CommandLine.Tree(), (parent, name) => parent.Subcommands.Single(c => c.Name == name));

        // A folder that stands for the reader's own need not exist here, and redirection is the shell's.
        var lines = Examples.Of(command).Where(e => !e.Contains("--data-dir", StringComparison.Ordinal)).Select(e => e.Split('>')[0]["fedlearn".Length..]);
        Assert.All(lines, line => Assert.Empty(CommandLine.Tree().Parse(line).Errors));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("run", "show")]
    [InlineData("run", "ls", "--nonsense")]
    [InlineData("coordinator")]
    [InlineData("demo", "--workers", "99")]
    [InlineData("demo", "--data", "cifar")]
    [InlineData("demo", "--data", "mnist")]
    [InlineData("health", "localhost")]
    [InlineData("run", "ls", "--coordinator", "localhost:7070", "--token-file", "none")]
    [InlineData("run", "ls", "--token-file", "/does/not/exist")]
    [InlineData("run", "ls", "--token-file", "/dev/null", "--coordinator", "https://127.0.0.1:1", "--trust", "/does/not/exist")]
    [InlineData("run", "ls", "--token-file", "/dev/null", "--coordinator", "https://127.0.0.1:1", "--trust", "/dev/null")]
    [InlineData("run", "ls", "--token-file", "/dev/null", "--coordinator", "http://127.0.0.1:1", "--trust", "/dev/null")]
    [InlineData("coordinator", "--data", "never-made", "--listen", "http://0.0.0.0:0")]
    [InlineData("coordinator", "--data", "never-made", "--pki", "pki", "--listen", "http://127.0.0.1:0")]
    [InlineData("coordinator", "--data", "never-made", "--pki", "pki", "--enrolment", "http://127.0.0.1:0")]
    [InlineData("coordinator", "--data", "never-made", "--pki", "pki", "--certificate-days", "31")]
    [InlineData("coordinator", "--data", "never-made", "--pki", "pki", "--insecure")]
    [InlineData("coordinator", "--data", "never-made", "--insecure", "--listen", "http://0.0.0.0:0")]
    [InlineData("coordinator", "--data", "never-made", "--host", "not a host")]
    [InlineData("pki", "invite", "a", "--token-file", "/dev/null", "--count", "3")]
    [InlineData("pki", "init", "never-made", "--federation", "Hospitals")]
    [InlineData("pki", "init", "never-made", "--host", "not a host")]
    [InlineData("pki", "invite", "a", "--token-file", "/dev/null", "--valid", "8d")]
    [InlineData("pki", "invite", "a", "--token-file", "/dev/null", "--valid", "15")]
    [InlineData("enrol", "x")]
    public async Task Run_MistakeOnTheCommandLine_ExitsWithUsage(params string[] args)
    {
        var (code, _, error) = await Cli.RunAsync(args);

        Assert.Equal(ExitCode.Usage, code);
        Assert.NotEmpty(error);
        Assert.False(Directory.Exists("never-made"));
    }

    [Fact]
    public async Task Run_NobodyListens_ExitsWithUnreachable()
    {
        // A port that was free a moment ago.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var token = Path.GetTempFileName();
        try
        {
            var listed = await Cli.RunAsync("run", "ls", "--coordinator", $"http://127.0.0.1:{port}", "--token-file", token);
            Assert.Equal(ExitCode.Unreachable, listed.Code);
            Assert.Contains("cannot reach the coordinator", listed.Error, StringComparison.Ordinal);
            Assert.Equal(ExitCode.Unreachable, (await Cli.RunAsync("health", $"http://127.0.0.1:{port}")).Code);
        }
        finally
        {
            File.Delete(token);
        }
    }

    [Fact]
    public void Docs_NameEveryCommandAndExitCode()
    {
        var page = File.ReadAllText(Repository.PathOf("docs/cli.md"));

        Assert.All(CommandLine.Tree().Subcommands, c => Assert.Contains($"`{c.Name}", page, StringComparison.Ordinal));
        Assert.All((int[])[ExitCode.Ok, ExitCode.Failed, ExitCode.Usage, ExitCode.Unreachable, ExitCode.Interrupted], code => Assert.Contains($"| {code} |", page, StringComparison.Ordinal));
    }
}
