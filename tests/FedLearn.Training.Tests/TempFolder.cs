namespace FedLearn.Training.Tests;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("fedlearn-test-").FullName;

    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
