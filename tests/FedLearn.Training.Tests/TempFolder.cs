namespace FedLearn.Training.Tests;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Location { get; } = Directory.CreateTempSubdirectory("fedlearn-test-").FullName;

    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Location, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public void Dispose() => Directory.Delete(Location, recursive: true);
}
