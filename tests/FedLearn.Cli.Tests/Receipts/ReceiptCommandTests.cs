using FedLearn.Cli.Tests.Hosting;

namespace FedLearn.Cli.Tests.Receipts;

/// <summary>A participant's receipts and a run's chain, after a real run over mutual TLS.</summary>
public sealed class ReceiptCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-cli-receipt-").FullName;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task ReceiptsAndRun_AfterTwoRounds_HoldUntilAByteIsChanged()
    {
        string run;
        await using (var coordinator = await RunningCoordinator.StartAsync(In("data"), "--host", "127.0.0.1", "--listen", "https://127.0.0.1:0", "--enrolment", "https://127.0.0.1:0", "--keep-updates"))
        {
            run = await TrainAsync(coordinator);
            Assert.Contains("2 of 2 receipts are signed by the coordinator's key", await WorksAsync("receipt", "verify", "--state", In("state")), StringComparison.Ordinal);
            Assert.Contains("of which no head was known before", await WorksAsync("receipt", "verify", "--state", In("state"), "--online"), StringComparison.Ordinal);
            Assert.Contains("2 of 2 stand in the log", await WorksAsync("receipt", "verify", "--state", In("state"), "--online"), StringComparison.Ordinal);
            Assert.True(File.Exists(In("state/receipts/head.json")));
        }

        Assert.Contains(run, await WorksAsync("receipt", "ls", "--state", In("state")), StringComparison.Ordinal);
        await WorksAsync("run", "verify", run, "--data", In("data"));

        var version = Directory.EnumerateFiles(In($"data/runs/{run}/versions"), "000001.safetensors").Single();
        await ChangeAsync(version, bytes => bytes[^1] ^= 1);
        var (code, found, error) = await Cli.RunAsync("run", "verify", run, "--data", In("data"));
        Assert.True(code == ExitCode.Failed && (found + error).Contains("version 1", StringComparison.Ordinal), found + error);

        var receipts = Directory.EnumerateFiles(In("state/receipts"), "*.jsonl").Single();
        await File.WriteAllTextAsync(receipts, (await File.ReadAllTextAsync(receipts)).Replace("\"round\": 2", "\"round\": 3", StringComparison.Ordinal));
        var (changed, said, _) = await Cli.RunAsync("receipt", "verify", "--state", In("state"));
        Assert.Equal(ExitCode.Failed, changed);
        Assert.Contains(".jsonl:2: not signed by a key that is known", said, StringComparison.Ordinal);
        Assert.Contains("1 of 2 receipts are signed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WithoutReceiptsOrOfABrokenLine_Fails()
    {
        var (none, _, _) = await Cli.RunAsync("receipt", "verify", "--state", In("nowhere"));
        Assert.Equal(ExitCode.Failed, none);

        Directory.CreateDirectory(In("cut/receipts"));
        await File.WriteAllTextAsync(In("cut/receipts/run.jsonl"), "{ \"runId\": \"ru");
        var (cut, said, _) = await Cli.RunAsync("receipt", "verify", "--state", In("cut"));
        Assert.Equal(ExitCode.Failed, cut);
        Assert.Contains("run.jsonl:1: no receipt", said, StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private async Task<string> TrainAsync(RunningCoordinator coordinator)
    {
        await File.WriteAllTextAsync(In("spec.json"), """
            { "name": "small", "model": { "kind": "mlp", "inputs": 784, "hidden": [8], "classes": 10 }, "stop": { "rounds": 2 }, "cohort": { "minimum": 1 },
              "client": { "batchSize": 10, "learningRate": 0.1 } }
            """);
        var created = await WorksAsync("run", "create", In("spec.json"), "--json", "--token-file", coordinator.TokenFile);
        await WorksAsync("data", "import", "--vault", In("vault"), "--key-file", In("key"), "--digits", "100", "--test-fraction", "0.2");
        var word = await WorksAsync("pki", "invite", "a", "--token-file", coordinator.TokenFile);
        await WorksAsync("enrol", word.Trim(), "--state", In("state"));
        await WorksAsync("worker", "--vault", In("vault"), "--key-file", In("key"), "--state", In("state"), "--serve", "small", "--min-cohort", "1", "--exit-when-done");
        return System.Text.RegularExpressions.Regex.Match(created, "small-[0-9a-f]{8}").Value;
    }

    private static async Task ChangeAsync(string path, Action<byte[]> change)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        change(bytes);
        await File.WriteAllBytesAsync(path, bytes);
    }

    private static async Task<string> WorksAsync(params string[] args)
    {
        var (code, output, error) = await Cli.RunAsync(args);
        Assert.True(code == ExitCode.Ok, $"{string.Join(' ', args)}: {output}{error}");
        return output;
    }
}
