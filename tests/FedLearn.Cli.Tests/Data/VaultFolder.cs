using System.Text.Json;

namespace FedLearn.Cli.Tests.Data;

/// <summary>A temporary folder with a table to import, and commands on the vault in it.</summary>
internal sealed class VaultFolder : IDisposable
{
    public const int Rows = 40;

    private const string Schema = """
        { "kind": "table", "header": true, "columns": [
          { "name": "age", "type": "numeric" },
          { "name": "sick", "type": "label", "positive": ">0" } ] }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-cli-").FullName;

    public VaultFolder()
    {
        System.IO.File.WriteAllText(File("schema.json"), Schema);
        WriteRows("rows.csv", Rows);
    }

    public string Vault => File("vault");

    public string Key => File("vault.key");

    public string File(string name) => Path.Combine(_folder, name);

    /// <summary>Writes a table whose ages count from 20; <paramref name="broken"/> is a line, from 1, with a word for an age.</summary>
    public void WriteRows(string name, int count, int broken = 0) => System.IO.File.WriteAllLines(
        File(name),
        Enumerable.Range(0, count).Select(i => i + 2 == broken ? "old,0" : $"{20 + i},{i % 2}").Prepend("age,sick"));

    /// <summary>A command of <c>fedlearn data</c> on the vault with its key file.</summary>
    public Task<(int Code, string Output, string Error)> RunAsync(string command, params string[] more) =>
        Cli.RunAsync(["data", command, "--vault", Vault, "--key-file", Key, .. more]);

    /// <summary>Imports a table with the vault's key file.</summary>
    public Task<(int Code, string Output, string Error)> ImportAsync(string csv = "rows.csv", params string[] more) =>
        RunAsync("import", ["--csv", File(csv), "--schema", File("schema.json"), .. more]);

    public async Task<JsonElement> JsonAsync(string command, params string[] more)
    {
        var (code, output, error) = await RunAsync(command, [.. more, "--json"]);
        Assert.True(code == ExitCode.Ok, error);
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>Every file below the vault with its bytes; locks are left out, their bytes mean nothing.</summary>
    public Dictionary<string, byte[]> Snapshot() => Directory.EnumerateFiles(Vault, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(f => f, System.IO.File.ReadAllBytes);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
