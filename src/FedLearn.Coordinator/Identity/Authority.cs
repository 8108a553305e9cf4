using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol.Identity;

namespace FedLearn.Coordinator.Identity;

/// <summary>What the coordinator holds of its federation's authorities: the root's certificate, the issuing authority, and its own names.</summary>
internal sealed class Authority : IDisposable
{
    private const string AlternativeNames = "2.5.29.17";

    private readonly ECDsa _issuingKey;
    private readonly ECDsa _serverKey;

    private Authority(X509Certificate2 root, X509Certificate2 issuing, ECDsa issuingKey, X509Certificate2 server, ECDsa serverKey)
    {
        (Root, Issuing, _issuingKey, _serverKey) = (root, issuing, issuingKey, serverKey);
        (Federation, Hosts, Server) = (Issuer.FederationOf(issuing)!, HostsOf(server), server);
    }

    public X509Certificate2 Root { get; }

    /// <summary>The issuing authority, with its key.</summary>
    public X509Certificate2 Issuing { get; }

    public string Federation { get; }

    /// <summary>By which names and addresses the coordinator is called: at least one, names first.</summary>
    public IReadOnlyList<string> Hosts { get; }

    /// <summary>The coordinator's certificate as it lies on the disk, with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>Reads the folder that <see cref="PkiFolder.Create"/> made for a coordinator.</summary>
    /// <exception cref="StartupException">Something is not as it should be; the message says what.</exception>
    /// <param name="folder">The folder.</param>
    /// <param name="now">The time.</param>
    /// <param name="serverFolder">The folder of the federation whose listeners this one shares, and so the coordinator's certificate; null where it has its own.</param>
    public static Authority Load(string folder, DateTimeOffset now, string? serverFolder = null)
    {
        var root = PkiFolder.ReadCertificate(serverFolder ?? folder, "root.pem");
        var (issuingKey, serverKey) = (PkiFolder.ReadKey(folder, "issuing.key"), PkiFolder.ReadKey(serverFolder ?? folder, "server.key"));
        var issuing = WithKey(folder, "issuing", issuingKey);
        var server = WithKey(serverFolder ?? folder, "server", serverKey);
        using var serversIssuing = PkiFolder.ReadCertificate(serverFolder ?? folder, "issuing.pem");
        if (Issuer.FederationOf(issuing) is null || HostsOf(server).Count == 0
            || ChainCheck.Problem(server, ChainCheck.Policy([root], [serversIssuing], CertificateUse.Server, at: null)) is not null
            || ChainCheck.Problem(issuing, ChainCheck.Policy([root], [], use: null, at: null)) is not null)
        {
            throw new StartupException($"the certificates in {folder} do not belong together; expected the folder 'coordinator' that `fedlearn pki init` makes");
        }

        return issuing.NotAfter.ToUniversalTime() > now.UtcDateTime
            ? new Authority(root, issuing, issuingKey, server, serverKey)
            : throw new StartupException($"the issuing authority in {folder} expired at {issuing.NotAfter.ToUniversalTime():u}; make new authorities with `fedlearn pki init` and invite the participants again");
    }

    /// <summary>Issues the certificate of a participant, by its id, or of an operator or viewer, by <see cref="OperatorName.Id"/>.</summary>
    public X509Certificate2 IssueClient(PublicKey key, string client, DateTimeOffset now, TimeSpan lifetime) =>
        OperatorName.ParseId(Federation, client) is { } name
            ? Issuer.Operator(Issuing, key, name, now, lifetime)
            : Issuer.Client(Issuing, key, client, now, lifetime);

    /// <summary>A new certificate for the coordinator's names and key.</summary>
    public X509Certificate2 IssueServer(DateTimeOffset now)
    {
        using var certificate = Issuer.Server(Issuing, new PublicKey(_serverKey), Hosts, now, PkiFolder.ServerLifetime);
        return certificate.CopyWithPrivateKey(_serverKey);
    }

    public void Dispose()
    {
        Root.Dispose();
        Issuing.Dispose();
        Server.Dispose();
        _issuingKey.Dispose();
        _serverKey.Dispose();
    }

    private static X509Certificate2 WithKey(string folder, string name, ECDsa key)
    {
        using var certificate = PkiFolder.ReadCertificate(folder, $"{name}.pem");
        try
        {
            return certificate.CopyWithPrivateKey(key);
        }
        catch (ArgumentException e)
        {
            throw new StartupException($"{name}.key in {folder} is not the key of {name}.pem; expected the folder 'coordinator' that `fedlearn pki init` makes", e);
        }
    }

    private static List<string> HostsOf(X509Certificate2 server)
    {
        var names = server.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault()
            ?? (server.Extensions[AlternativeNames] is { } raw ? new X509SubjectAlternativeNameExtension(raw.RawData) : null);
        return names is null ? [] : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(a => a.ToString())];
    }
}
