using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Cli.Data;

/// <summary>Seals sources into a vault, which is made where it does not exist.</summary>
internal static class DataImport
{
    /// <summary>Imports the sources as one version after the other, each later one appended to the one before.</summary>
    public static VaultVersion Run(string folder, KeySource key, IReadOnlyList<SourcePart> sources, ImportOptions options, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if (DataVault.Exists(folder))
        {
            using var vault = DataVault.Open(folder, key, TimeProvider.System);
            return Import(vault, sources, options, progress, cancellationToken);
        }

        try
        {
            using var vault = DataVault.Create(folder, key, TimeProvider.System);
            return Import(vault, sources, options, progress, cancellationToken);
        }
        catch when (DataVault.Exists(folder) && DataVault.List(folder).Count == 0)
        {
            // A source that is damaged leaves no empty vault behind.
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static VaultVersion Import(DataVault vault, IReadOnlyList<SourcePart> sources, ImportOptions options, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        VaultVersion? version = null;
        foreach (var part in sources)
        {
            using var source = new CountingSource(part.Open(), progress);
            var own = options with { Part = part.Part, Append = options.Append || version is not null };
            version = vault.Import(source, own, cancellationToken);
        }

        return version ?? throw new ArgumentException("there is no source to import", nameof(sources));
    }

    /// <summary>A source that says how many records went by.</summary>
    private sealed class CountingSource(IRecordSource source, IProgress<long>? progress) : IRecordSource
    {
        private const int Between = 1000;
        private long _count;

        public ReadOnlyMemory<byte> Schema => source.Schema;

        public int RecordLength => source.RecordLength;

        public bool TryRead(Span<byte> record)
        {
            if (!source.TryRead(record))
            {
                return false;
            }

            if (++_count % Between == 0)
            {
                progress?.Report(_count);
            }

            return true;
        }

        public void Dispose() => source.Dispose();
    }
}
