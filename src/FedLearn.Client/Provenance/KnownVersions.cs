using System.Globalization;
using System.Text;
using FedLearn.Client.Vault;

namespace FedLearn.Client.Provenance;

/// <summary>The version of a run that this worker knew last.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Hash">The hash of its manifest.</param>
internal readonly record struct KnownVersion(int Version, string Hash);

/// <summary>The last version of each run that this worker has verified, sealed. It stays when a run is over: a run that comes back must go on from there.</summary>
internal sealed class KnownVersions(SealedStore store)
{
    /// <summary>The last version that was verified, or null.</summary>
    /// <exception cref="VaultException">The file is damaged.</exception>
    public KnownVersion? Find(string runId) =>
        store.ReadAll(NameOf(runId)) is { } bytes && Encoding.ASCII.GetString(bytes).Split(' ') is [var version, var hash]
            ? new KnownVersion(int.Parse(version, CultureInfo.InvariantCulture), hash)
            : null;

    public void Keep(string runId, KnownVersion known) =>
        store.WriteAll(NameOf(runId), Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{known.Version} {known.Hash}")));

    private static string NameOf(string runId) => $"known.{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(runId))}";
}
