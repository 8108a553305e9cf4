using FedLearn.Cli.Operator;
using FedLearn.Cli.Tests.Hosting;
using FedLearn.Cli.Tests.Runs;

namespace FedLearn.Cli.Tests.Operator;

/// <summary>The variable belongs to the whole process: nothing else runs beside these.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneWithTheEnvironment;

[Collection<AloneWithTheEnvironment>]
public sealed class ContextTests : IClassFixture<FinishedRun>, IDisposable
{
    private readonly FinishedRun _run;
    private readonly string _file;

    public ContextTests(FinishedRun run)
    {
        (_run, _file) = (run, run.In($"context-{Guid.NewGuid():N}/context.json"));
        Environment.SetEnvironmentVariable(OperatorContext.Variable, _file);
    }

    public void Dispose() => Environment.SetEnvironmentVariable(OperatorContext.Variable, null);

    [Fact]
    public async Task Command_WithoutFlags_GoesWhereTheContextSays()
    {
        var (code, _, error) = await Cli.RunAsync("context", "set", "--token-file", _run.Coordinator.TokenFile, "--coordinator", _run.Coordinator.Address);
        Assert.True(code == ExitCode.Ok, error);

        var (listed, runs, _) = await Cli.RunAsync("run", "ls");

        Assert.Equal(ExitCode.Ok, listed);
        Assert.Contains(FinishedRun.Name, runs, StringComparison.Ordinal);
        Assert.DoesNotContain(File.ReadAllText(_run.Coordinator.TokenFile).Trim(), File.ReadAllText(_file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_WithItsOwnToken_TakesNothingFromTheContext()
    {
        await Cli.RunAsync("context", "set", "--token-file", _run.Coordinator.TokenFile, "--coordinator", "http://127.0.0.1:1");

        var (code, _, error) = await Cli.RunAsync("run", "ls", "--token-file", _run.Coordinator.TokenFile, "--coordinator", _run.Coordinator.Address);

        Assert.True(code == ExitCode.Ok, error);
    }

    [Fact]
    public async Task Command_OfAnOperatorWithACertificate_NeedsNoFlagsEither()
    {
        await using var coordinator = await RunningCoordinator.StartAsync(
            _run.In($"certified-{Guid.NewGuid():N}"), "--listen", "https://127.0.0.1:0", "--enrolment", "https://127.0.0.1:0", "--host", "127.0.0.1");
        var (_, word, invited) = await Cli.RunAsync("pki", "invite", "alice", "--role", "operator", "--token-file", coordinator.TokenFile);
        Assert.Equal("", invited);
        var me = _run.In($"me-{Guid.NewGuid():N}");
        var (enrolled, _, refusal) = await Cli.RunAsync("enrol", word.Trim(), "--state", me);
        Assert.True(enrolled == ExitCode.Ok, refusal);

        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("context", "set", "--identity", me)).Code);
        var (code, _, error) = await Cli.RunAsync("run", "ls");
        Assert.True(code == ExitCode.Ok, error);

        // A token that is named is the one that counts.
        Assert.Equal(ExitCode.Unreachable, (await Cli.RunAsync("run", "ls", "--token-file", _run.Coordinator.TokenFile, "--coordinator", "http://127.0.0.1:1")).Code);
    }

    [Theory]
    [InlineData]
    [InlineData("--identity", "/does/not/exist")]
    [InlineData("--identity", "/does/not/exist", "--token-file", "/dev/null")]
    public async Task Set_WithoutOneThatIsThere_RemembersNothing(params string[] flags)
    {
        Assert.Equal(ExitCode.Usage, (await Cli.RunAsync(["context", "set", .. flags])).Code);
        Assert.False(File.Exists(_file));
    }

    [Fact]
    public async Task Clear_AfterSet_Forgets()
    {
        await Cli.RunAsync("context", "set", "--token-file", _run.Coordinator.TokenFile);
        await Cli.RunAsync("context", "clear");

        var (code, _, error) = await Cli.RunAsync("run", "ls");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("fedlearn context set", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_FileThatIsNotThere_RemembersNothing()
    {
        Assert.Equal(ExitCode.Usage, (await Cli.RunAsync("context", "set", "--token-file", "/does/not/exist")).Code);
        Assert.False(File.Exists(_file));
    }

    [Fact]
    public async Task Show_OfADamagedFile_SaysHowToMakeItAnew()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        await File.WriteAllTextAsync(_file, "{", TestContext.Current.CancellationToken);

        var (code, _, error) = await Cli.RunAsync("context", "show");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("make it anew with `fedlearn context set`", error, StringComparison.Ordinal);
    }
}
