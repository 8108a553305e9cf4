using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Proofs.Statements;

namespace FedLearn.Coordinator.Tests.Provenance;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SigningKeyTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private string Path => _temp["signing.key"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Open_FirstTime_MakesAKeyForItsOwnerAloneAndFindsItAgain()
    {
        using var first = SigningKey.Open(Path);
        using var again = SigningKey.Open(Path);
        using var verifier = StatementKey.TryRead(first.PublicKey)!;

        Assert.Equal(first.Id, again.Id);
        Assert.Equal(first.Id, verifier.Id);
        Assert.True(verifier.HasSigned("x"u8, again.Sign("x"u8)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal(["signing.key"], Directory.GetFiles(_temp.Path).Select(System.IO.Path.GetFileName));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Open_OthersMayReadOrChangeIt_IsRefusedWithWhatToDo(UnixFileMode others)
    {
        SigningKey.Open(Path).Dispose();
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);

        Assert.Contains($"chmod 600 {Path}", Assert.Throws<StartupException>(() => SigningKey.Open(Path)).Message);
    }

    [Fact]
    public void Open_DamagedOrAnotherKind_IsRefusedByName()
    {
        SigningKey.Open(Path).Dispose();
        File.WriteAllText(Path, "zz");
        Assert.Contains(Path, Assert.Throws<StartupException>(() => SigningKey.Open(Path)).Message);

        using var other = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384);
        File.WriteAllText(Path, other.ExportPkcs8PrivateKeyPem());
        Assert.Contains("another curve", Assert.Throws<StartupException>(() => SigningKey.Open(Path)).Message);
    }
}
