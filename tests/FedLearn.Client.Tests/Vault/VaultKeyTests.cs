using System.Runtime.Versioning;
using System.Security.Cryptography;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Client.Tests.Vault;

public sealed class VaultKeyTests : IDisposable
{
    private readonly VaultFixture _vault = new();

    public void Dispose() => _vault.Dispose();

    [Fact]
    public void RotateKey_ToAPassphrase_LeavesSealedBytesAndVersionsUntouched()
    {
        var version = _vault.Import(new RowSource(100), new ImportOptions { TestFraction = 0.5 });
        var before = SealedAndLists();
        var next = KeySource.FromPassphrase("five random words are enough"u8);

        Assert.Equal(2, DataVault.RotateKey(_vault.Folder, _vault.Key, next));

        Assert.Equal(before, SealedAndLists());
        Assert.Contains("kind passphrase", Assert.Throws<VaultException>(() => _vault.Open()).Message, StringComparison.Ordinal);
        using var vault = _vault.Open(next);
        Assert.All(vault.Verify(version), r => Assert.Null(r.Problem));
        Assert.Equal(["2"], Directory.EnumerateDirectories(Path.Combine(_vault.Folder, "keys")).Select(d => Path.GetFileName(d)));
    }

    [Fact]
    public void RotateKey_Twice_SaysThatItIsDone()
    {
        _vault.Import(new RowSource(5));
        var next = KeySource.FromKeyFile(_vault.File("key2"));
        Assert.Equal(1, DataVault.RotateKey(_vault.Folder, _vault.Key, next));
        Assert.Equal(0, DataVault.RotateKey(_vault.Folder, _vault.Key, next));
    }

    [Fact]
    public void RotateKey_KilledBeforeItTookEffect_LeavesTheOldKeyAndIsCleanedUp()
    {
        var version = _vault.Import(new RowSource(5));
        var half = Directory.CreateDirectory(Path.Combine(_vault.Folder, "keys/2")).FullName;
        File.WriteAllBytes(Path.Combine(half, version.Files[0].Id + ".key"), new byte[40]);
        Assert.Equal(5, _vault.ReadAll(version, DataPart.Train).Length);
        Assert.False(Directory.Exists(half));
    }

    [Fact]
    public void RotateKey_OfAnOpenVault_IsRefused()
    {
        using var open = _vault.Open();
        var error = Assert.Throws<VaultException>(() => DataVault.RotateKey(_vault.Folder, _vault.Key, KeySource.FromKeyFile(_vault.File("key2"))));
        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RotateKey_WithTheWrongCurrentKey_ChangesNothing()
    {
        _vault.Import(new RowSource(5));
        WritePrivate("wrong", "a key file of another 32 bytes..");
        var before = SealedAndLists();
        Assert.Throws<VaultException>(() => DataVault.RotateKey(_vault.Folder, KeySource.FromKeyFile(_vault.File("wrong")), KeySource.FromKeyFile(_vault.File("key2"))));
        Assert.Equal(before, SealedAndLists());
        _vault.Open().Dispose();
    }

    [Fact]
    public void PublicKey_AddsData_AndOnlyThePrivateKeyReadsIt()
    {
        using var rsa = RSA.Create(3072);
        File.WriteAllText(_vault.File("public.pem"), rsa.ExportSubjectPublicKeyInfoPem());
        WritePrivate("private.pem", rsa.ExportPkcs8PrivateKeyPem());
        var folder = _vault.File("rsa-vault");
        VaultVersion version;
        using (var adding = DataVault.Create(folder, KeySource.FromPublicKey(_vault.File("public.pem")), TimeProvider.System))
        {
            adding.Import(new RowSource(10), new ImportOptions(), TestContext.Current.CancellationToken);
            version = adding.Import(new RowSource(10, first: 10), new ImportOptions { Append = true }, TestContext.Current.CancellationToken);
            Assert.Contains("private key", Assert.Throws<VaultException>(() => adding.OpenPart(version, DataPart.Train)).Message, StringComparison.Ordinal);
        }

        using var reading = DataVault.Open(folder, KeySource.FromPrivateKey(_vault.File("private.pem")), TimeProvider.System);
        using var reader = reading.OpenPart(version, DataPart.Train);
        Assert.Equal(Enumerable.Range(0, 20).SelectMany(i => RowSource.Row(i, 100)), reader.LoadAll());
    }

    [Fact]
    public void PublicKey_OfAnotherPair_IsRefused()
    {
        using var first = RSA.Create(3072);
        using var second = RSA.Create(3072);
        File.WriteAllText(_vault.File("1.pem"), first.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(_vault.File("2.pem"), second.ExportSubjectPublicKeyInfoPem());
        DataVault.Create(_vault.File("v"), KeySource.FromPublicKey(_vault.File("1.pem")), TimeProvider.System).Dispose();
        var error = Assert.Throws<VaultException>(() => DataVault.Open(_vault.File("v"), KeySource.FromPublicKey(_vault.File("2.pem")), TimeProvider.System));
        Assert.Contains("wrong rsa", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RsaKey_BelowTheLeastLength_IsRefused()
    {
        using var rsa = RSA.Create(2048);
        File.WriteAllText(_vault.File("short.pem"), rsa.ExportSubjectPublicKeyInfoPem());
        var error = Assert.Throws<VaultException>(() => DataVault.Create(_vault.File("v"), KeySource.FromPublicKey(_vault.File("short.pem")), TimeProvider.System));
        Assert.Contains("at least 3072 bits", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passphrase_FromFile_OpensWhatItMadeAndNoOther()
    {
        WritePrivate("pass", "a long enough passphrase\n");
        DataVault.Create(_vault.File("v"), KeySource.FromPassphraseFile(_vault.File("pass")), TimeProvider.System).Dispose();
        DataVault.Open(_vault.File("v"), KeySource.FromPassphrase("a long enough passphrase"u8), TimeProvider.System).Dispose();
        var error = Assert.Throws<VaultException>(() => DataVault.Open(_vault.File("v"), KeySource.FromPassphrase("a long enough passphrasf"u8), TimeProvider.System));
        Assert.Contains("wrong passphrase", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passphrase_RoundsLoweredOnDisk_AreRefused()
    {
        var pass = KeySource.FromPassphrase("a long enough passphrase"u8);
        DataVault.Create(_vault.File("v"), pass, TimeProvider.System).Dispose();
        var record = _vault.File("v/keyring.json");
        Assert.Contains("600000", File.ReadAllText(record), StringComparison.Ordinal);
        File.WriteAllText(record, File.ReadAllText(record).Replace("600000", "1000", StringComparison.Ordinal));
        Assert.Throws<VaultException>(() => DataVault.Open(_vault.File("v"), pass, TimeProvider.System));
    }

    [Fact]
    public void Passphrase_TooShortForSomethingNew_IsRefused() =>
        Assert.Throws<VaultException>(() => DataVault.Create(_vault.File("v"), KeySource.FromPassphrase("short"u8), TimeProvider.System));

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void KeyFile_Created_IsItsOwnersAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_vault.File("key")));
        Assert.Equal(32, new FileInfo(_vault.File("key")).Length);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void KeyFile_OthersCanRead_IsRefusedWithTheRemedy()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        File.SetUnixFileMode(_vault.File("key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<VaultException>(() => _vault.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyFile_Missing_IsNotCreatedForAVaultThatExists()
    {
        File.Delete(_vault.File("key"));
        Assert.Throws<VaultException>(() => _vault.Open());
        Assert.False(File.Exists(_vault.File("key")));
    }

    private void WritePrivate(string name, string text)
    {
        File.WriteAllText(_vault.File(name), text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_vault.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private Dictionary<string, byte[]> SealedAndLists() =>
        _vault.Snapshot().Where(f => f.Key.Contains("/files/") || f.Key.Contains("/versions/")).ToDictionary();
}
