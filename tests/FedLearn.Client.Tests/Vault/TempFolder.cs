namespace FedLearn.Client.Tests.Vault;

/// <summary>A folder of one test's own, deleted with everything in it.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("fedlearn-vault-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Every file below, by its path, with its bytes; the empty lock files cannot be opened while they are held.</summary>
    public Dictionary<string, byte[]> Snapshot() =>
        Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).ToDictionary(f => f, f => new FileInfo(f).Length == 0 ? [] : System.IO.File.ReadAllBytes(f));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
