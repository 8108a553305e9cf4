using System.Text.Json;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Cli.Tests.Data;

/// <summary><c>fedlearn data</c> as a participant uses it, over a small table.</summary>
public sealed class DataCommandTests : IDisposable
{
    private const string Schema = """
        {"kind":"table","header":true,"columns":[{"name":"age","type":"numeric"},{"name":"sick","type":"label","levels":["no","yes"]}]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-data-").FullName;

    private string Vault => File("vault");

    private string[] Key => ["--vault", Vault, "--key-file", File("key")];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Import_ThenShow_CountsTheRecordsOfBothParts()
    {
        var imported = await Import("--digits", "200", "--test-fraction", "0.25", "--json");
        Assert.Equal((ExitCode.Ok, ""), (imported.Code, imported.Error));
        Assert.Equal(1, Json(imported.Output).GetProperty("version").GetInt32());

        var show = Json((await Run("show", [.. Key, "--json"])).Output);
        var (train, test) = (show.GetProperty("trainRecords").GetInt32(), show.GetProperty("testRecords").GetInt32());
        Assert.Equal(200, train + test);
        Assert.InRange(test, 26, 74); // 50 +- 4 standard deviations of a binomial
    }

    [Fact]
    public async Task Import_Append_MakesAVersionWithBoth()
    {
        await Import("--digits", "30");
        await Import("--digits", "20", "--digits-seed", "2", "--append");
        var show = Json((await Run("show", [.. Key, "--json"])).Output);
        Assert.Equal(2, show.GetProperty("version").GetInt32());
        Assert.Equal(50, show.GetProperty("trainRecords").GetInt32());
    }

    [Fact]
    public async Task Ls_NeedsNoKey_AndNamesWhatWasDestroyed()
    {
        await Import("--digits", "30");
        await Import("--digits", "30");
        var asked = await Run("destroy", ["1", .. Key]);
        Assert.Equal(ExitCode.Failed, asked.Code);
        Assert.Contains("--yes", asked.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await Run("destroy", ["1", "--yes", .. Key])).Code);

        var (code, output, _) = await Run("ls", ["--vault", Vault, "--json"]);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal([true, false], Json(output).EnumerateArray().Select(v => v.GetProperty("destroyed").GetBoolean()));
        Assert.Equal(ExitCode.Failed, (await Run("verify", ["1", .. Key])).Code);
        Assert.Equal(ExitCode.Ok, (await Run("verify", ["2", .. Key])).Code);
    }

    [Fact]
    public async Task Verify_FlippedBit_ExitsWithFailureAndNamesTheFile()
    {
        await Import("--digits", "30");
        var file = Directory.GetFiles(Path.Combine(Vault, "files")).Single();
        var bytes = System.IO.File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        System.IO.File.WriteAllBytes(file, bytes);

        var (code, output, _) = await Run("verify", [.. Key, "--json"]);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(Path.GetFileName(file), Json(output).GetProperty("files")[0].GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RotateKey_WithTheWorkersState_KeepsBothReadableUnderTheNewKeyOnly()
    {
        await Import("--digits", "30");
        using (var store = SealedStore.Open(File("state"), KeySource.FromKeyFile(File("key"))))
        {
            store.WriteAll("token", [1, 2, 3]);
        }

        string[] rotation = ["--vault", Vault, "--state", File("state"), "--key-file", File("key"), "--new-key-file", File("new")];
        var (code, output, _) = await Run("rotate-key", rotation);
        Assert.Equal(ExitCode.Ok, code);
        Assert.StartsWith("2 data keys", output, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Ok, (await Run("verify", ["--vault", Vault, "--key-file", File("new")])).Code);
        var old = await Run("verify", Key);
        Assert.Equal(ExitCode.Failed, old.Code);
        Assert.Contains("wrong key-file", old.Error, StringComparison.Ordinal);
        using var rotated = SealedStore.Open(File("state"), KeySource.FromKeyFile(File("new")));
        Assert.Equal([1, 2, 3], rotated.ReadAll("token"));
    }

    [Fact]
    public async Task Import_BrokenRowOfANewVault_NamesLineAndColumnAndLeavesNoVault()
    {
        var (code, _, error) = await ImportCsv("age,sick\n40,no\nforty,yes\n");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("line 3", error, StringComparison.Ordinal);
        Assert.Contains("age", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Vault));
    }

    [Fact]
    public async Task Export_Csv_GivesTheValuesAndWarns()
    {
        await ImportCsv("age,sick\n40,no\n61.5,yes\n");
        var (code, _, error) = await Run("export", [.. Key, "--to", File("out.csv")]);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("plaintext", error, StringComparison.Ordinal);
        Assert.Equal(["0,40", "1,61.5"], System.IO.File.ReadAllLines(File("out.csv")));

        // A file that is there is not overwritten.
        Assert.Equal(ExitCode.Failed, (await Run("export", [.. Key, "--to", File("out.csv")])).Code);
    }

    [Theory]
    [InlineData("import", "--vault", "v", "--digits", "5")] // no key
    [InlineData("import", "--vault", "v", "--key-file", "k", "--passphrase-file", "p", "--digits", "5")]
    [InlineData("import", "--vault", "v", "--key-file", "k")] // no source
    [InlineData("import", "--vault", "v", "--key-file", "k", "--csv", "x.csv")] // no schema
    [InlineData("import", "--vault", "v", "--key-file", "k", "--digits", "5", "--test-fraction", "1")]
    [InlineData("show", "--key-file", "k")]
    public async Task Data_MistakeOnTheCommandLine_ExitsWithUsageAndWritesNothing(params string[] args)
    {
        var (code, _, error) = await Cli.RunAsync(["data", .. args]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.NotEmpty(error);
        Assert.False(Directory.Exists("v"));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static Task<(int Code, string Output, string Error)> Run(string command, string[] args) => Cli.RunAsync(["data", command, .. args]);

    private Task<(int Code, string Output, string Error)> Import(params string[] args) => Run("import", [.. Key, .. args]);

    private Task<(int Code, string Output, string Error)> ImportCsv(string csv)
    {
        System.IO.File.WriteAllText(File("data.csv"), csv);
        System.IO.File.WriteAllText(File("schema.json"), Schema);
        return Import("--csv", File("data.csv"), "--schema", File("schema.json"));
    }

    private string File(string name) => Path.Combine(_folder, name);
}
