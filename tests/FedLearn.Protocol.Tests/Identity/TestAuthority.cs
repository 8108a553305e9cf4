using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol.Identity;

namespace FedLearn.Protocol.Tests.Identity;

/// <summary>A federation's authorities, made now.</summary>
internal sealed class TestAuthority : IDisposable
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _rootKey = SigningRequest.NewKey();
    private readonly ECDsa _issuingKey = SigningRequest.NewKey();

    public TestAuthority(string federation = "hospitals")
    {
        Root = Issuer.Root(_rootKey, federation, Start);
        using var issuing = Issuer.Issuing(Root, new PublicKey(_issuingKey), Start);
        Issuing = issuing.CopyWithPrivateKey(_issuingKey);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Issuing { get; }

    public X509Certificate2 Client(string id = "a", double days = 7)
    {
        using var key = SigningRequest.NewKey();
        return Issuer.Client(Issuing, new PublicKey(key), id, Start, TimeSpan.FromDays(days));
    }

    public X509Certificate2 Server(params string[] hosts)
    {
        using var key = SigningRequest.NewKey();
        return Issuer.Server(Issuing, new PublicKey(key), hosts, Start, TimeSpan.FromDays(90));
    }

    public string? Problem(X509Certificate2 certificate, CertificateUse use, DateTimeOffset? at) =>
        ChainCheck.Problem(certificate, ChainCheck.Policy([Root], [Issuing], use, at));

    public void Dispose()
    {
        Root.Dispose();
        Issuing.Dispose();
        _rootKey.Dispose();
        _issuingKey.Dispose();
    }
}
