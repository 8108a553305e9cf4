using System.Security.Cryptography.X509Certificates;
using FedLearn.Coordinator.Identity;

namespace FedLearn.Coordinator.Federations;

/// <summary>Finds or makes the authorities of the federations that a coordinator is started for.</summary>
internal static class AuthorityFolder
{
    /// <summary>The authorities of the coordinator's own federation, null without certificates; those of the others are made where they are asked for.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="now">The time.</param>
    /// <param name="made">The folder of authorities that were made just now, or null.</param>
    /// <exception cref="StartupException">They are not as they should be.</exception>
    public static Authority? Load(CoordinatorOptions options, DateTimeOffset now, out string? made)
    {
        made = null;
        if (options.Pki is not { } pki)
        {
            return FederationFolders.List(options.DataFolder) is { Count: > 0 } others
                ? throw new StartupException($"{options.DataFolder} holds the federations {string.Join(", ", others)} beside its own: they are kept apart by certificates; start it without --insecure")
                : null;
        }

        var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(pki)))!;
        if (options.PkiHosts.Count > 0 && !Directory.Exists(pki))
        {
            made = parent;
            PkiFolder.Create(made, options.Federations.Count > 0 ? options.Federations[0] : PkiFolder.DefaultFederation, options.PkiHosts, now);
        }

        if (options.Federations.Count > 0)
        {
            CreateMissing(options, pki, Path.Combine(parent, "root"), now);
        }

        return Authority.Load(pki, now);
    }

    /// <summary>The issuing authorities of other federations, of those that can be read: who cannot be is told of when it is opened.</summary>
    public static IReadOnlyList<X509Certificate2> IssuingOf(CoordinatorOptions home, IReadOnlyList<string> federations)
    {
        var all = new List<X509Certificate2>();
        foreach (var federation in federations)
        {
            try
            {
                all.Add(PkiFolder.ReadCertificate(home.ForGuest(federation).Pki!, "issuing.pem"));
            }
            catch (StartupException)
            {
                // GuestFederations says so.
            }
        }

        return all;
    }

    private static void CreateMissing(CoordinatorOptions options, string pki, string root, DateTimeOffset now)
    {
        var own = FederationFolders.OwnName(pki);
        if (options.Federations[0] != own)
        {
            throw new StartupException($"the authorities in {pki} are of federation '{own}'; expected that name first, got '{options.Federations[0]}'");
        }

        var there = FederationFolders.List(options.DataFolder);
        foreach (var name in options.Federations.Skip(1).Except(there))
        {
            FederationFolders.Create(options.DataFolder, name, pki, root, now);
        }
    }
}
