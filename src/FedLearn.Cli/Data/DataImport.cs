using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Cli.Data;

/// <summary>Seals sources into a vault, which is made where it does not exist.</summary>
internal static class DataImport
{
    /// <summary>Imports the sources as one version. If that fails nothing has changed, and a folder that was made for it is gone again.</summary>
    public static VaultVersion Run(
        string folder, KeySource key, IReadOnlyList<SourcePart> sources, ImportOptions options, IProgress<ImportCount>? progress, CancellationToken cancellationToken)
    {
        if (DataVault.Exists(folder))
        {
            using var vault = DataVault.Open(folder, key, TimeProvider.System);
            return Import(vault, sources, options, progress, cancellationToken);
        }

        // Only a folder that holds nothing else may go again: it can be somebody's home.
        var isOurs = !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any();
        try
        {
            using var vault = DataVault.Create(folder, key, TimeProvider.System);
            return Import(vault, sources, options, progress, cancellationToken);
        }
        catch when (isOurs && Directory.Exists(folder) && (!DataVault.Exists(folder) || DataVault.List(folder).Count == 0))
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static VaultVersion Import(
        DataVault vault, IReadOnlyList<SourcePart> sources, ImportOptions options, IProgress<ImportCount>? progress, CancellationToken cancellationToken)
    {
        var parts = new List<ImportPart>();
        try
        {
            foreach (var source in sources)
            {
                parts.Add(new ImportPart(source.Open(), source.Part));
            }

            return vault.Import(parts, options, progress, cancellationToken);
        }
        finally
        {
            parts.ForEach(p => p.Source.Dispose());
        }
    }
}
