using System.Text.Json;
using FedLearn.Cli.Doctor;
using FedLearn.Cli.Tests.Hosting;

namespace FedLearn.Cli.Tests.Doctor;

public sealed class DoctorTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-doctor-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Doctor_OfAHealthyFederation_FindsNothingBad()
    {
        await using var coordinator = await StartWithCertificatesAsync();
        await EnrolAsync(coordinator);

        var (code, findings) = await AskAsync("--data", coordinator.Folder, "--state", In("state"), "--token-file", coordinator.TokenFile);

        Assert.True(code == ExitCode.Ok, string.Join('\n', findings));
        Assert.Equal("answered", findings.Last(f => f.Subject == "coordinator").Text.Split(' ')[0]);
        Assert.Equal(2, findings.Count(f => f is { Subject: "clock", Severity: "ok" }));
        Assert.Contains(findings, f => f is { Subject: "certificate", Severity: "ok" });
        Assert.Contains(findings, f => f is { Subject: "issuing authority", Severity: "ok" });
        Assert.Contains(findings, f => f is { Subject: "root's key", Severity: "look" });
    }

    [Fact]
    public async Task Doctor_KeysThatOthersCanRead_AreBad()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "files have no modes on Windows");
        await using (await StartWithCertificatesAsync())
        {
        }

        Readable(Path.Combine(In("data"), "operator.token"));
        Readable(Path.Combine(In("data"), "pki", "coordinator", "issuing.key"));
        var (code, findings) = await AskAsync("--data", In("data"), "--state", In("nobody"));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(["operators' token", "issuing authority's key", "identity"], findings.Where(f => f.Severity == "BAD").Select(f => f.Subject));
        Assert.All(findings.Where(f => f.Severity == "BAD"), f => Assert.NotNull(f.Action));
    }

    [Fact]
    public async Task Doctor_CoordinatorThatIsNotThere_IsBadForBoth()
    {
        await using (var coordinator = await StartWithCertificatesAsync())
        {
            await EnrolAsync(coordinator);
        }

        var (code, findings) = await AskAsync("--state", In("state"), "--token-file", Path.Combine(In("data"), "operator.token"));

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(2, findings.Count(f => f is { Subject: "coordinator", Severity: "BAD" }));
    }

    [Theory]
    [InlineData(0, "ok")]
    [InlineData(-9, "ok")]
    [InlineData(30, "look")]
    [InlineData(301, "BAD")]
    [InlineData(-301, "BAD")]
    public void Clock_ApartBySeconds_IsJudgedByWhatCertificatesTolerate(int seconds, string severity) =>
        Assert.Equal(severity, Word(ClockCheck.Of(s_now + TimeSpan.FromSeconds(seconds), s_now).Severity));

    [Theory]
    [InlineData(1, 10, "BAD")] // not valid yet
    [InlineData(-10, 0, "BAD")]
    [InlineData(-10, 1, "look")]
    [InlineData(-10, 10, "ok")]
    public void Validity_FromDayToDay_IsJudgedBeforeItEnds(int from, int until, string severity) =>
        Assert.Equal(severity, Word(FileChecks.Validity("c", s_now.AddDays(from), s_now.AddDays(until), s_now, TimeSpan.FromDays(2), "renew").Severity));

    private string In(string name) => Path.Combine(_folder, name);

    private Task<RunningCoordinator> StartWithCertificatesAsync() => RunningCoordinator.StartAsync(
        In("data"), "--listen", "https://127.0.0.1:0", "--enrolment", "https://127.0.0.1:0", "--host", "127.0.0.1");

    private async Task EnrolAsync(RunningCoordinator coordinator)
    {
        var (code, word, error) = await Cli.RunAsync("pki", "invite", "a", "--token-file", coordinator.TokenFile);
        Assert.True(code == ExitCode.Ok, error);
        (code, _, error) = await Cli.RunAsync("enrol", word.Trim(), "--state", In("state"));
        Assert.True(code == ExitCode.Ok, error);
    }

    private static async Task<(int Code, List<Found> Findings)> AskAsync(params string[] args)
    {
        var (code, output, error) = await Cli.RunAsync(["doctor", .. args, "--json"]);
        Assert.Empty(error);
        return (code, JsonSerializer.Deserialize<List<Found>>(output, JsonSerializerOptions.Web)!);
    }

    private static string Word(Severity severity) => severity switch { Severity.Good => "ok", Severity.Warning => "look", _ => "BAD" };

    private static void Readable(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }
    }

    private sealed record Found(string Subject, string Severity, string Text, string? Action);
}
