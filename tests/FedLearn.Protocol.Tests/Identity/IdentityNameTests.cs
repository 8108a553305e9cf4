using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using FedLearn.Protocol.Identity;

namespace FedLearn.Protocol.Tests.Identity;

public class IdentityNameTests
{
    private static readonly Gen<string> Part = Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789-"].Array[1, 63].Select(c => new string(c));

    [Fact]
    public void Certificate_OfAnyName_HasThatName()
    {
        using var key = SigningRequest.NewKey();
        using var rootKey = SigningRequest.NewKey();
        Gen.Select(Part, Part).Sample(
            (federation, client) =>
            {
                using var root = Issuer.Root(rootKey, federation, TestAuthority.Start);
                using var certificate = Issuer.Client(root, new PublicKey(key), client, TestAuthority.Start, TimeSpan.FromDays(7));
                return IdentityName.Of(certificate) == new IdentityName(federation, client) && Issuer.FederationOf(root) == federation;
            },
            iter: 100);
    }

    [Theory]
    [InlineData("fedlearn://hospitals/a", true)]
    [InlineData("fedlearn://hospitals/", false)]
    [InlineData("fedlearn://hospitals", false)]
    [InlineData("fedlearn:///a", false)]
    [InlineData("fedlearn://hospitals/a/b", false)]
    [InlineData("fedlearn://hospitals/A", false)]
    [InlineData("fedlearn://hospitals/a?x", false)]
    [InlineData("https://hospitals/a", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Parse_Text_TakesNamesAlone(string? text, bool isName) => Assert.Equal(isName, IdentityName.Parse(text) is not null);

    [Fact]
    public void Certificate_WithMoreThanOneName_HasNone()
    {
        using var key = SigningRequest.NewKey();
        Assert.Null(NameOf(key, n => n.AddDnsName("a.example")));
        Assert.Null(NameOf(key, n => n.AddIpAddress(IPAddress.Loopback)));
        Assert.Null(NameOf(key, n =>
        {
            n.AddUri(new Uri("fedlearn://hospitals/a"));
            n.AddUri(new Uri("fedlearn://hospitals/b"));
        }));
        Assert.Null(NameOf(key, n =>
        {
            n.AddUri(new Uri("fedlearn://hospitals/a"));
            n.AddDnsName("a.example");
        }));
        Assert.Equal(new IdentityName("hospitals", "a"), NameOf(key, n => n.AddUri(new Uri("fedlearn://hospitals/a"))));
    }

    private static IdentityName? NameOf(ECDsa key, Action<SubjectAlternativeNameBuilder> add)
    {
        var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        add(names);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(TestAuthority.Start, TestAuthority.Start.AddDays(1));
        return IdentityName.Of(certificate);
    }
}
