using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Files;
using FedLearn.Client.Vault.Keys;
using FedLearn.Protocol.Identity;

namespace FedLearn.Client.Identity;

/// <summary>
/// Who a participant, operator or viewer is: its private key, which never left this machine, its certificate, and the root of its federation, the only one that
/// it trusts.
/// </summary>
/// <remarks>
/// <code>
/// client.pem   private key, certificate, issuing authorities: one file, so that a renewal replaces all or nothing; 0600
/// root.pem     the federation's root
/// coordinator  the participants' address, as the coordinator gave it
/// new.key      the key of an enrolment that is under way; 0600
/// </code>
/// </remarks>
public sealed class ClientIdentity : IDisposable
{
    private const string ClientFile = "client.pem";
    private const string RootFile = "root.pem";
    private const string AddressFile = "coordinator";

    private readonly IdentityName? _participant;

    private ClientIdentity(IdentityName? participant, OperatorName? @operator, X509Certificate2 certificate, X509Certificate2Collection issuers, X509Certificate2 root, string address) =>
        (_participant, Operator, Certificate, Issuers, Root, Address) = (participant, @operator, certificate, issuers, root, address);

    /// <summary>The participant in the certificate.</summary>
    /// <exception cref="FederationException">It is an operator's or viewer's.</exception>
    public IdentityName Name => _participant ?? throw new FederationException($"the identity is that of {Operator}, who is no participant; a worker takes a participant's invitation");

    /// <summary>The operator or viewer in the certificate; null where it is a participant's.</summary>
    public OperatorName? Operator { get; }

    /// <summary>Who it is, as a URI.</summary>
    public string Uri => _participant?.ToString() ?? Operator!.ToString();

    /// <summary>Until when the certificate is valid.</summary>
    public DateTimeOffset NotAfter => Certificate.NotAfter;

    /// <summary>When its certificate begins to be valid.</summary>
    public DateTimeOffset NotBefore => Certificate.NotBefore;

    /// <summary>The participants' address, as the coordinator gave it at the enrolment.</summary>
    public string Address { get; }

    internal X509Certificate2 Certificate { get; }

    internal X509Certificate2Collection Issuers { get; }

    internal X509Certificate2 Root { get; }

    /// <summary>When it is to be renewed: after two thirds of its life.</summary>
    internal DateTimeOffset RenewAt
    {
        get
        {
            DateTimeOffset from = Certificate.NotBefore;
            return from + ((NotAfter - from) * (2.0 / 3));
        }
    }

    /// <summary>Whether a folder holds an identity.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, ClientFile));

    /// <summary>Reads an identity.</summary>
    /// <exception cref="FederationException">There is none, it is damaged, or others can read its key.</exception>
    public static ClientIdentity Load(string folder)
    {
        var path = Path.Combine(folder, ClientFile);
        try
        {
            var pem = System.Text.Encoding.ASCII.GetString(SecretFile.Read(path, "identity"));
            var issuers = new X509Certificate2Collection();
            issuers.ImportFromPem(pem);
            issuers.RemoveAt(0);
            var root = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(folder, RootFile)));
            return Of(X509Certificate2.CreateFromPem(pem, pem), issuers, root, File.ReadAllText(Path.Combine(folder, AddressFile)).Trim());
        }
        catch (VaultException fault)
        {
            throw new FederationException($"{fault.Message}. `fedlearn enrol INVITATION` makes an identity", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new FederationException($"the identity in {folder} cannot be read ({fault.Message}); ask the operator for an invitation, and enrol again", fault);
        }
    }

    /// <summary>What came for a key, checked against it and the federation's root.</summary>
    /// <exception cref="FederationException">It is not a certificate of the federation for this key.</exception>
    internal static ClientIdentity Received(byte[] der, IEnumerable<byte[]> issuerDers, ECDsa key, X509Certificate2 root, string address, DateTimeOffset now)
    {
        try
        {
            using var bare = X509CertificateLoader.LoadCertificate(der);
            var issuers = new X509Certificate2Collection(issuerDers.Select(d => X509CertificateLoader.LoadCertificate(d)).ToArray());
            return ChainCheck.Problem(bare, ChainCheck.Policy([root], issuers, CertificateUse.Client, now)) is { } problem
                ? throw new FederationException($"the coordinator gave a certificate that does not come from its federation's root, or not for now ({problem}); is this machine's clock right?")
                : Of(bare.CopyWithPrivateKey(key), issuers, root, address);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new FederationException($"the coordinator gave a certificate that is not for this key: {fault.Message}", fault);
        }
    }

    /// <summary>Writes it where <see cref="Load"/> finds it; the key and its certificate at once.</summary>
    internal void Save(string folder)
    {
        DurableFile.CreateFolder(folder);
        DurableFile.Replace(Path.Combine(folder, RootFile), Ascii(Root.ExportCertificatePem()));
        DurableFile.Replace(Path.Combine(folder, AddressFile), Ascii(Address));
        using var key = Certificate.GetECDsaPrivateKey()!;
        var pem = Ascii(string.Join('\n', [key.ExportPkcs8PrivateKeyPem(), Certificate.ExportCertificatePem(), .. Issuers.Select(i => i.ExportCertificatePem())]));
        DurableFile.Replace(Path.Combine(folder, ClientFile), pem);
        CryptographicOperations.ZeroMemory(pem);
    }

    /// <summary>Makes the connections of a handler show this certificate.</summary>
    internal void ApplyTo(SocketsHttpHandler handler) =>
        handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(Certificate, Issuers, offline: true);

    /// <summary>Makes the connections of a handler show this certificate, and trust the federation's root alone.</summary>
    /// <param name="handler">The handler, before its first connection.</param>
    /// <param name="time">The clock that the server's certificate is looked at by.</param>
    public void SecureBothWays(SocketsHttpHandler handler, TimeProvider time)
    {
        ApplyTo(handler);
        Trust(time).ApplyTo(handler);
    }

    /// <summary>What to trust of a coordinator: its federation's root alone.</summary>
    internal ServerTrust Trust(TimeProvider time) => ServerTrust.Of(Root, time);

    /// <summary>Connections as a worker with this identity has them: they show its certificate and trust its federation's root alone.</summary>
    /// <param name="time">The clock by which certificates are valid.</param>
    public HttpMessageHandler NewHandler(TimeProvider time)
    {
        var handler = new SocketsHttpHandler();
        ApplyTo(handler);
        Trust(time).ApplyTo(handler);
        return handler;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        Root.Dispose();
    }

    private static ClientIdentity Of(X509Certificate2 certificate, X509Certificate2Collection issuers, X509Certificate2 root, string address) =>
        (IdentityName.Of(certificate), OperatorName.Of(certificate)) is var (participant, @operator) && (participant is not null || @operator is not null)
            ? new ClientIdentity(participant, @operator, certificate, issuers, root, address)
            : throw new FederationException("the certificate names no participant and no operator; ask the operator for an invitation, and enrol again");

    private static byte[] Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text + "\n");
}
