using FedLearn.Coordinator.Identity;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Identity;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PkiFolderTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-pki-").FullName;

    private string Coordinator => Path.Combine(_folder, "coordinator");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Create_Files_AreForTheirOwnerAlone()
    {
        PkiFolder.Create(_folder, "hospitals", ["127.0.0.1", "coordinator.example"], Start);

        Assert.Equal(
            ["coordinator/issuing.key", "coordinator/issuing.pem", "coordinator/root.pem", "coordinator/server.key", "coordinator/server.pem", "root/root.key", "root/root.pem"],
            Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_folder, f)).Order(StringComparer.Ordinal));
        Assert.All(
            Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories),
            f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        using var authority = Authority.Load(Coordinator, Start);
        Assert.Equal(("hospitals", "coordinator.example,127.0.0.1"), (authority.Federation, string.Join(',', authority.Hosts)));
    }

    [Fact]
    public void Create_InAFolderThatHoldsSomething_ChangesNothing()
    {
        PkiFolder.Create(_folder, "hospitals", ["127.0.0.1"], Start);
        var key = File.ReadAllText(Path.Combine(_folder, "root", "root.key"));

        Assert.Contains("is not empty", Assert.Throws<StartupException>(() => PkiFolder.Create(_folder, "hospitals", ["127.0.0.1"], Start)).Message, StringComparison.Ordinal);

        Assert.Equal(key, File.ReadAllText(Path.Combine(_folder, "root", "root.key")));
    }

    [Theory]
    [InlineData("issuing.key", UnixFileMode.GroupRead)]
    [InlineData("server.key", UnixFileMode.OtherRead)]
    [InlineData("issuing.key", UnixFileMode.GroupWrite)]
    public void Load_KeyThatOthersCanRead_IsRefusedWithWhatToDo(string name, UnixFileMode others)
    {
        PkiFolder.Create(_folder, "hospitals", ["127.0.0.1"], Start);
        var path = Path.Combine(Coordinator, name);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | others);

        Assert.Contains($"chmod 600 {path}", Assert.Throws<StartupException>(() => Authority.Load(Coordinator, Start)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root.pem")]
    [InlineData("issuing.key")]
    [InlineData("issuing.pem")]
    [InlineData("server.key")]
    [InlineData("server.pem")]
    public void Load_FileOfAnotherAuthorityOrDamagedOrMissing_IsRefused(string name)
    {
        var other = Path.Combine(_folder, "other");
        PkiFolder.Create(Path.Combine(_folder, "own"), "hospitals", ["127.0.0.1"], Start);
        PkiFolder.Create(other, "hospitals", ["127.0.0.1"], Start);
        var (folder, path) = (Path.Combine(_folder, "own", "coordinator"), Path.Combine(_folder, "own", "coordinator", name));

        File.Copy(Path.Combine(other, "coordinator", name), path, overwrite: true);
        Assert.Contains("fedlearn pki init", Assert.Throws<StartupException>(() => Authority.Load(folder, Start)).Message, StringComparison.Ordinal);
        File.WriteAllText(path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Assert.Contains(path, Assert.Throws<StartupException>(() => Authority.Load(folder, Start)).Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains(path, Assert.Throws<StartupException>(() => Authority.Load(folder, Start)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AfterTheIssuingAuthoritysEnd_IsRefused()
    {
        PkiFolder.Create(_folder, "hospitals", ["127.0.0.1"], Start);

        using (Authority.Load(Coordinator, Start.AddDays((5 * 365) - 1)))
        {
        }

        Assert.Contains("expired at", Assert.Throws<StartupException>(() => Authority.Load(Coordinator, Start.AddDays(5 * 365))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ServerCertificate_AfterTwoThirdsOfItsLife_IsMadeAnewForTheSameNames()
    {
        PkiFolder.Create(_folder, "hospitals", ["127.0.0.1", "coordinator.example"], Start);
        using var authority = Authority.Load(Coordinator, Start);
        var time = new FakeTimeProvider(Start);
        using var tls = new TlsServer(authority, time);
        var first = tls.Current().TargetCertificate;

        time.Advance(TimeSpan.FromDays(59.9));
        Assert.Same(first, tls.Current().TargetCertificate);
        time.Advance(TimeSpan.FromDays(0.2));
        var second = tls.Current().TargetCertificate;

        Assert.NotEqual(first.SerialNumber, second.SerialNumber);
        Assert.Equal(time.GetUtcNow().AddDays(90).ToUnixTimeSeconds(), new DateTimeOffset(second.NotAfter).ToUnixTimeSeconds());
        Assert.True(second.MatchesHostname("coordinator.example") && second.MatchesHostname("127.0.0.1"));
    }
}
