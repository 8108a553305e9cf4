namespace FedLearn.Cli.Demo;

/// <summary>The demo's folder: only its owner can look into it, and it is gone at the end unless it is to be kept.</summary>
internal sealed class DemoFolder(bool keep) : IDisposable
{
    /// <summary>The folder.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("fedlearn-demo-").FullName;

    /// <summary>The coordinator's data folder.</summary>
    public string Coordinator => Path.Combine(Root, "coordinator");

    /// <summary>The coordinator's database.</summary>
    public string Database => Path.Combine(Coordinator, "fedlearn.db");

    /// <summary>The final model.</summary>
    public string Model => Path.Combine(Root, "model.safetensors");

    /// <summary>A process's log.</summary>
    public string LogOf(string process) => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "logs")).FullName, $"{process}.log");

    public void Dispose()
    {
        if (!keep)
        {
            Directory.Delete(Root, recursive: true);
        }
    }
}
