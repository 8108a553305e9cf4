using FedLearn.Client.Vault;

namespace FedLearn.Cli.Data;

/// <summary>Keeps the latest count of an import and shows it: one line that is rewritten on a terminal, nothing elsewhere.</summary>
internal sealed class ImportProgress(TextWriter error) : IProgress<ImportCount>, IDisposable
{
    private readonly bool _shown = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;

    public ImportCount Count { get; private set; }

    public void Report(ImportCount value)
    {
        Count = value;
        if (_shown)
        {
            error.Write($"\r{value.Train + value.Test:N0} records sealed");
        }
    }

    /// <summary>Wipes the line, so that what follows starts on a clean one.</summary>
    public void Dispose()
    {
        if (_shown)
        {
            error.Write("\r\u001b[K");
        }
    }
}
