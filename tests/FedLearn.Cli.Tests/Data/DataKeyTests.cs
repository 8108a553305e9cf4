using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FedLearn.Cli.Tests.Data;

/// <summary>Keys of all kinds, what a wrong one sees, and what destroying takes with it.</summary>
public sealed class DataKeyTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly VaultFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Show_WrongKey_FailsAndNamesBothKeys()
    {
        await _folder.ImportAsync();
        var other = OwnFile("other.key", RandomNumberGenerator.GetBytes(32));
        var (code, output, error) = await Cli.RunAsync("data", "show", "--vault", _folder.Vault, "--key-file", other);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Empty(output);
        Assert.Contains("wrong key-file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RotateKey_ToAPassphrase_LeavesTheSealedBytesAndTheOldKeyOut()
    {
        await _folder.ImportAsync();
        var before = Sealed();
        var words = OwnFile("words", "five random words will do\n"u8.ToArray());
        var (code, output, error) = await _folder.RunAsync("rotate-key", "--new-passphrase-file", words);

        Assert.True(code == ExitCode.Ok, error);
        Assert.Contains("1 data keys", output, StringComparison.Ordinal);
        Assert.Equal(before, Sealed());
        Assert.Equal(ExitCode.Failed, (await _folder.RunAsync("verify")).Code);
        Assert.Equal(ExitCode.Ok, (await Cli.RunAsync("data", "verify", "--vault", _folder.Vault, "--passphrase-file", words)).Code);
    }

    [Fact]
    public async Task PublicKey_AddsDataThatOnlyThePrivateKeyReads()
    {
        using var rsa = RSA.Create(3072);
        var publicKey = OwnFile("public.pem", Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()));
        var privateKey = OwnFile("private.pem", Encoding.ASCII.GetBytes(rsa.ExportPkcs8PrivateKeyPem()));
        Task<(int Code, string Output, string Error)> Run(string command, params string[] more) => Cli.RunAsync(["data", command, "--vault", _folder.Vault, .. more]);

        var imported = await Run("import", "--public-key", publicKey, "--csv", _folder.File("rows.csv"), "--schema", _folder.File("schema.json"));
        Assert.True(imported.Code == ExitCode.Ok, imported.Error);
        Assert.Contains($"imported {VaultFolder.Rows} training", imported.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, (await Run("export", "--public-key", publicKey, "--to", _folder.File("no.csv"))).Code);
        Assert.False(File.Exists(_folder.File("no.csv")));
        Assert.Equal(ExitCode.Ok, (await Run("verify", "--private-key", privateKey)).Code);
    }

    [Fact]
    public async Task Destroy_Version_TakesThoseThatShareItsFilesAndNoOther()
    {
        await _folder.ImportAsync();
        await _folder.ImportAsync("rows.csv", "--append");
        await _folder.ImportAsync();
        var (code, output, _) = await _folder.RunAsync("destroy", "1", "--yes");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("version 1, 2 cannot be read", output, StringComparison.Ordinal);
        Assert.Equal([true, true, false], (await ListAsync()).EnumerateArray().Select(v => v.GetProperty("destroyed").GetBoolean()));
        Assert.Equal(ExitCode.Failed, (await _folder.RunAsync("verify", "1")).Code);
        Assert.Equal(ExitCode.Ok, (await _folder.RunAsync("verify", "3")).Code);
    }

    private async Task<JsonElement> ListAsync() =>
        JsonDocument.Parse((await Cli.RunAsync("data", "ls", "--vault", _folder.Vault, "--json")).Output).RootElement;

    private Dictionary<string, byte[]> Sealed() => _folder.Snapshot().Where(f => f.Key.EndsWith(".sealed", StringComparison.Ordinal)).ToDictionary();

    private string OwnFile(string name, byte[] content)
    {
        var path = _folder.File(name);
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }

        return path;
    }
}
