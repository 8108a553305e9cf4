using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol.Identity;

namespace FedLearn.Protocol.Tests.Identity;

public sealed class IssuerTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-300, true)]
    [InlineData(0, true)]
    [InlineData((7 * 86_400) - 1, true)]
    [InlineData(7 * 86_400, false)]
    public void Client_AtATime_IsValidFromFiveMinutesBeforeToItsEnd(int seconds, bool valid)
    {
        using var certificate = _authority.Client();

        var problem = _authority.Problem(certificate, CertificateUse.Client, TestAuthority.Start.AddSeconds(seconds));

        Assert.Equal(valid ? null : "NotTimeValid", problem);
        Assert.Null(_authority.Problem(certificate, CertificateUse.Client, at: null));
    }

    [Fact]
    public void Client_OfAnotherAuthorityOfTheSameName_IsRefused()
    {
        using var other = new TestAuthority();
        using var certificate = other.Client();

        Assert.NotNull(_authority.Problem(certificate, CertificateUse.Client, TestAuthority.Start));
    }

    [Fact]
    public void Certificates_UsedForTheOtherSide_AreRefused()
    {
        using var client = _authority.Client();
        using var server = _authority.Server("127.0.0.1");

        Assert.Contains("NotValidForUsage", _authority.Problem(client, CertificateUse.Server, TestAuthority.Start), StringComparison.Ordinal);
        Assert.Contains("NotValidForUsage", _authority.Problem(server, CertificateUse.Client, TestAuthority.Start), StringComparison.Ordinal);
        Assert.Null(_authority.Problem(server, CertificateUse.Server, TestAuthority.Start));
    }

    [Fact]
    public void Authority_MadeByTheIssuingOne_IsRefusedForItsPathLength()
    {
        using var key = SigningRequest.NewKey();
        var request = new CertificateRequest(new X500DistinguishedName("CN=others issuing"), new PublicKey(key), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var below = request.Create(_authority.Issuing, TestAuthority.Start, TestAuthority.Start.AddDays(2), [1, 2, 3]);
        using var signing = below.CopyWithPrivateKey(key);
        using var leafKey = SigningRequest.NewKey();
        using var leaf = Issuer.Client(signing, new PublicKey(leafKey), "a", TestAuthority.Start.AddMinutes(5), TimeSpan.FromDays(1));

        var problem = ChainCheck.Problem(leaf, ChainCheck.Policy([_authority.Root], [_authority.Issuing, below], CertificateUse.Client, TestAuthority.Start.AddMinutes(5)));

        Assert.Contains("InvalidBasicConstraints", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Client_ThatWouldOutliveItsAuthority_EndsWithIt()
    {
        using var key = SigningRequest.NewKey();
        DateTimeOffset end = _authority.Issuing.NotAfter;

        using var certificate = Issuer.Client(_authority.Issuing, new PublicKey(key), "a", end.AddDays(-1), TimeSpan.FromDays(7));

        Assert.Equal(end, certificate.NotAfter);
        Assert.Throws<InvalidOperationException>(() => Issuer.Client(_authority.Issuing, new PublicKey(key), "a", end, TimeSpan.FromDays(7)));
    }

    [Fact]
    public void Server_Names_AreTheGivenOnes()
    {
        using var server = _authority.Server("coordinator.example", "10.1.2.3", "::1");

        Assert.True(server.MatchesHostname("coordinator.example"));
        Assert.True(server.MatchesHostname("10.1.2.3"));
        Assert.True(server.MatchesHostname("::1"));
        Assert.False(server.MatchesHostname("other.example"));
    }

    [Fact]
    public void Serials_OfManyCertificates_DifferAndArePositive()
    {
        var serials = Enumerable.Range(0, 50).Select(_ => _authority.Client().SerialNumberBytes.ToArray()).ToList();

        Assert.Equal(50, serials.Select(Convert.ToHexString).Distinct().Count());
        Assert.All(serials, s => Assert.True(s.Length == 16 && s[0] is >= 0x40 and < 0x80));
    }
}
