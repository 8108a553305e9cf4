using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Protocol.Identity;

namespace FedLearn.Coordinator.Identity;

/// <summary>A federation's authorities on disk.</summary>
/// <remarks>
/// <code>
/// root/root.key            the root's private key: needed again only for another issuing authority; keep it offline
/// root/root.pem            the root certificate
/// coordinator/root.pem     the same, for the coordinator and for operators to trust
/// coordinator/issuing.key  the issuing authority's private key
/// coordinator/issuing.pem  its certificate
/// coordinator/server.key   the coordinator's private key
/// coordinator/server.pem   its certificate
/// </code>
/// All are readable by their owner alone, and private keys that others can read are refused.
/// </remarks>
public static class PkiFolder
{
    /// <summary>How long a server's certificate is valid: 90 days. The coordinator makes itself a new one after two thirds of them.</summary>
    public static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(90);

    /// <summary>The federation's name where none is given.</summary>
    public const string DefaultFederation = "federation";

    /// <summary>Makes a federation's authorities in a new or empty folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="federation">The federation's name: 1 to 63 of a-z, 0-9 and -.</param>
    /// <param name="hosts">The names and addresses by which the coordinator is called.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="StartupException">The folder holds something already, or cannot be written.</exception>
    public static void Create(string folder, string federation, IReadOnlyList<string> hosts, DateTimeOffset now)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new StartupException($"{folder} is not empty; expected a new folder. Authorities are never overwritten: certificates from them would be worth nothing");
        }

        try
        {
            using ECDsa rootKey = SigningRequest.NewKey(), issuingKey = SigningRequest.NewKey(), serverKey = SigningRequest.NewKey();
            using var root = Issuer.Root(rootKey, federation, now);
            using var issued = Issuer.Issuing(root, new PublicKey(issuingKey), now);
            using var issuing = issued.CopyWithPrivateKey(issuingKey);
            using var server = Issuer.Server(issuing, new PublicKey(serverKey), hosts, now, ServerLifetime);
            var unfinished = $"{folder}.unfinished";
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }

            Write(Path.Combine(unfinished, "root"), ("root.key", rootKey.ExportPkcs8PrivateKeyPem()), ("root.pem", root.ExportCertificatePem()));
            Write(
                Path.Combine(unfinished, "coordinator"),
                ("root.pem", root.ExportCertificatePem()),
                ("issuing.key", issuingKey.ExportPkcs8PrivateKeyPem()),
                ("issuing.pem", issued.ExportCertificatePem()),
                ("server.key", serverKey.ExportPkcs8PrivateKeyPem()),
                ("server.pem", server.ExportCertificatePem()));
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder);
            }

            Directory.Move(unfinished, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"cannot write {folder}: {e.Message}", e);
        }
    }

    /// <summary>Reads a certificate.</summary>
    /// <exception cref="StartupException">It is not there or not readable.</exception>
    internal static X509Certificate2 ReadCertificate(string folder, string name) => Read(folder, name, pem => X509Certificate2.CreateFromPem(pem));

    /// <summary>Reads a private key that only its owner can read.</summary>
    /// <exception cref="StartupException">It is not there or not readable, or others can read it.</exception>
    internal static ECDsa ReadKey(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        OwnerFile.RefuseOthers(path, $"the private key {path}");
        return Read(folder, name, pem =>
        {
            var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return key;
        });
    }

    private static T Read<T>(string folder, string name, Func<string, T> parse)
    {
        var path = Path.Combine(folder, name);
        try
        {
            return parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"cannot read {path}: {e.Message}; expected the folder 'coordinator' that `fedlearn pki init` makes", e);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new StartupException($"{path} is damaged: expected PEM as `fedlearn pki init` writes it", e);
        }
    }

    internal static void Write(string folder, params (string Name, string Pem)[] files)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerFile.Mode | UnixFileMode.UserExecute);
        }

        foreach (var (name, pem) in files)
        {
            OwnerFile.Create(Path.Combine(folder, name), pem);
        }
    }
}
