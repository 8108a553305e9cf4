using System.Security.Cryptography.X509Certificates;
using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.Identity;

namespace FedLearn.Coordinator.Federations;

/// <summary>
/// The federations that a coordinator serves beside its own: a data folder for each in <c>federations/NAME</c> of its own one, with an issuing
/// authority of its own in <c>pki/coordinator</c> there, from the same root. The folder's name is the federation's.
/// </summary>
public static class FederationFolders
{
    /// <summary>The folder of a federation.</summary>
    public static string Of(string dataFolder, string federation) => Path.Combine(dataFolder, DataFolder.FederationsName, federation);

    /// <summary>The federations beside the coordinator's own, by name.</summary>
    public static IReadOnlyList<string> List(string dataFolder)
    {
        var folder = Path.Combine(dataFolder, DataFolder.FederationsName);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder).Select(d => Path.GetFileName(d)).Where(IdentityName.IsPart).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>The name of the coordinator's own federation.</summary>
    /// <param name="pki">The folder <c>coordinator</c> of its authorities.</param>
    /// <exception cref="StartupException">There are none.</exception>
    public static string OwnName(string pki)
    {
        using var issuing = PkiFolder.ReadCertificate(pki, "issuing.pem");
        return Issuer.FederationOf(issuing) ?? throw new StartupException($"issuing.pem in {pki} is no federation's; expected the folder 'coordinator' that `fedlearn pki init` makes");
    }

    /// <summary>Adds a federation: its issuing authority. The coordinator serves it from its next start on.</summary>
    /// <param name="dataFolder">The coordinator's data folder.</param>
    /// <param name="federation">The federation's name: 1 to 63 of a-z, 0-9 and -.</param>
    /// <param name="pki">The folder <c>coordinator</c> of the coordinator's authorities.</param>
    /// <param name="root">The folder with the root's key.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="StartupException">The name is taken or none, or the root is not there or another; nothing was changed.</exception>
    public static void Create(string dataFolder, string federation, string pki, string root, DateTimeOffset now)
    {
        var folder = Of(dataFolder, federation);
        if (!IdentityName.IsPart(federation))
        {
            throw new StartupException($"federation: expected 1 to 63 of a-z, 0-9 and '-', got '{federation}'");
        }

        if (federation == OwnName(pki) || Directory.Exists(folder))
        {
            throw new StartupException($"there is a federation '{federation}' in {dataFolder} already");
        }

        using var rootKey = PkiFolder.ReadKey(root, "root.key");
        using var bare = PkiFolder.ReadCertificate(root, "root.pem");
        using var known = PkiFolder.ReadCertificate(pki, "root.pem");
        if (!bare.RawDataMemory.Span.SequenceEqual(known.RawDataMemory.Span))
        {
            throw new StartupException($"root.pem in {root} is not the root of this coordinator's authorities in {pki}; bring back the folder 'root' that was made with them");
        }

        Write(folder, federation, bare.CopyWithPrivateKey(rootKey), now);
    }

    private static void Write(string folder, string federation, X509Certificate2 root, DateTimeOffset now)
    {
        using (root)
        {
            using var key = SigningRequest.NewKey();
            using var issuing = Issuer.Issuing(root, new PublicKey(key), now, federation);
            var unfinished = $"{folder}.unfinished";
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }

            PkiFolder.Write(
                Path.Combine(unfinished, DataFolder.Authorities),
                ("root.pem", root.ExportCertificatePem()),
                ("issuing.key", key.ExportPkcs8PrivateKeyPem()),
                ("issuing.pem", issuing.ExportCertificatePem()));
            Directory.Move(unfinished, folder);
        }
    }
}
