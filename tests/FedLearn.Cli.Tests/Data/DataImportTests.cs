using System.Text.Json;
using FedLearn.Testing;

namespace FedLearn.Cli.Tests.Data;

public sealed class DataImportTests : IDisposable
{
    private readonly VaultFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Import_Table_SaysWhatItMade()
    {
        var (code, output, error) = await _folder.ImportAsync("rows.csv", "--test-fraction", "0.25");

        Assert.True(code == ExitCode.Ok, error);
        var shown = await _folder.JsonAsync("show");
        var (train, test) = (shown.GetProperty("trainRecords").GetInt64(), shown.GetProperty("testRecords").GetInt64());
        Assert.Equal(VaultFolder.Rows, train + test);
        Assert.InRange(test, 1, VaultFolder.Rows - 1);
        Assert.Contains($"imported {train} training and {test} test records as version 1", output, StringComparison.Ordinal);
        Assert.Contains(shown.GetProperty("name").GetString()!, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_SeedAndFraction_DecideTheSplit()
    {
        Task<(int, string, string)> Import(string seed) => _folder.ImportAsync("rows.csv", "--test-fraction", "0.5", "--seed", seed);
        async Task<string> TestRows(string version)
        {
            var file = _folder.File($"test-{version}.csv");
            await _folder.RunAsync("export", version, "--part", "test", "--to", file);
            return await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        }

        await Import("7");
        await Import("7");
        await Import("8");

        Assert.Equal(await TestRows("1"), await TestRows("2"));
        Assert.NotEqual(await TestRows("1"), await TestRows("3"));
    }

    [Fact]
    public async Task Import_Append_ListsTheOldRowsToo()
    {
        await _folder.ImportAsync();
        _folder.WriteRows("more.csv", 5);
        var appended = await _folder.JsonAsync("import", "--csv", _folder.File("more.csv"), "--schema", _folder.File("schema.json"), "--append");

        Assert.Equal(2, appended.GetProperty("version").GetInt32());
        Assert.Equal(5, appended.GetProperty("importedTrainRecords").GetInt64());
        Assert.Equal(VaultFolder.Rows + 5, (await _folder.JsonAsync("show")).GetProperty("trainRecords").GetInt64());
        Assert.Equal(VaultFolder.Rows, (await _folder.JsonAsync("show", "1")).GetProperty("trainRecords").GetInt64());
    }

    [Fact]
    public async Task Import_BrokenRow_NamesFileLineAndColumnAndLeavesNothing()
    {
        _folder.WriteRows("broken.csv", 30, broken: 17);
        var (code, output, error) = await _folder.ImportAsync("broken.csv");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Empty(output);
        Assert.Contains($"{_folder.File("broken.csv")}, line 17, column 1 'age'", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Vault));
    }

    [Fact]
    public async Task Import_BrokenRowIntoAVault_LeavesItAsItWas()
    {
        await _folder.ImportAsync();
        var before = _folder.Snapshot();
        _folder.WriteRows("broken.csv", 30, broken: 17);

        Assert.Equal(ExitCode.Failed, (await _folder.ImportAsync("broken.csv", "--append")).Code);
        Assert.Equal(before, _folder.Snapshot());
    }

    [Fact]
    public async Task Import_BrokenRowIntoAFolderWithOtherFiles_KeepsThem()
    {
        Directory.CreateDirectory(_folder.Vault);
        var letter = Path.Combine(_folder.Vault, "letter.txt");
        await File.WriteAllTextAsync(letter, "mine", TestContext.Current.CancellationToken);
        _folder.WriteRows("broken.csv", 30, broken: 17);

        Assert.Equal(ExitCode.Failed, (await _folder.ImportAsync("broken.csv")).Code);
        Assert.True(File.Exists(letter));
    }

    [Theory]
    [InlineData("expected one source")]
    [InlineData("expected one source", "--digits", "5", "--csv", "rows.csv")]
    [InlineData("--csv needs --schema", "--csv", "rows.csv")]
    [InlineData("--idx-images needs --idx-labels", "--idx-images", "images")]
    [InlineData("--test-fraction", "--digits", "5", "--test-fraction", "1")]
    [InlineData("--digits", "--digits", "-1")]
    [InlineData("expected one of --key-file", "--digits", "5", "--passphrase-file", "words")]
    public async Task Import_MistakeOnTheCommandLine_ExitsWithUsage(string words, params string[] more)
    {
        var (code, _, error) = await _folder.RunAsync("import", more);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Vault));
    }

    [Fact]
    public async Task Import_Digits_DiffersByWriter()
    {
        Task<JsonElement> Import(string writer) => _folder.JsonAsync("import", "--digits", "20", "--writer", writer);
        async Task<string> Rows(string version)
        {
            var file = _folder.File($"digits-{version}.csv");
            await _folder.RunAsync("export", version, "--to", file);
            return await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        }

        await Import("3");
        await Import("3");
        await Import("4");

        Assert.Equal(await Rows("1"), await Rows("2"));
        Assert.NotEqual(await Rows("1"), await Rows("3"));
    }

    [Fact]
    public async Task Import_MnistWithItsTestFiles_KeepsItsOwnSplit()
    {
        var images = SharedData.PathOf("mnist/t10k-images-idx3-ubyte.gz");
        var labels = SharedData.PathOf("mnist/t10k-labels-idx1-ubyte.gz");
        // The test files stand in for both parts: the same split, a sixth of the work.
        var version = await _folder.JsonAsync(
            "import", "--idx-images", images, "--idx-labels", labels, "--idx-test-images", images, "--idx-test-labels", labels);

        Assert.Equal(1, version.GetProperty("version").GetInt32());
        Assert.Equal(10_000, version.GetProperty("importedTrainRecords").GetInt64());
        Assert.Equal(10_000, version.GetProperty("importedTestRecords").GetInt64());
    }

    [Fact]
    public async Task Import_Hospital_KeepsItsOwnSplitInOneVersion()
    {
        string[] source = ["--heart-disease", SharedData.PathOf("heart-disease"), "--site", "cleveland", "--schema", Repository.PathOf("samples/heart-disease/schema.json")];
        var refused = await _folder.RunAsync("import", [.. source, "--test-fraction", "0.1"]);
        Assert.Equal(ExitCode.Usage, refused.Code);

        var version = await _folder.JsonAsync("import", source);

        // FLamby's split of the 303 rows of this hospital: 199 and 104.
        Assert.Equal(1, version.GetProperty("version").GetInt32());
        Assert.Equal(199, version.GetProperty("importedTrainRecords").GetInt64());
        Assert.Equal(104, version.GetProperty("importedTestRecords").GetInt64());
    }
}
