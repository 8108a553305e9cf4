using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using FedLearn.Protocol.Identity;

namespace FedLearn.Protocol.Tests.Identity;

public class SigningRequestTests
{
    [Fact]
    public void Request_OfAKey_GivesThatKey()
    {
        using var key = SigningRequest.NewKey();

        var read = SigningRequest.TryRead(SigningRequest.Create(key), out var mistake);

        Assert.Null(mistake);
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), read!.ExportSubjectPublicKeyInfo());
    }

    [Fact]
    public void Request_OfAnotherKindOfKey_IsRefused()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);

        Assert.Null(SigningRequest.TryRead(SigningRequest.Create(p384), out var curve));
        Assert.Null(SigningRequest.TryRead(new CertificateRequest("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest(), out var kind));

        Assert.Contains("P-256", curve, StringComparison.Ordinal);
        Assert.Contains("P-256", kind, StringComparison.Ordinal);
    }

    [Fact]
    public void Request_WithAnyBitFlipped_IsRefused()
    {
        using var key = SigningRequest.NewKey();
        var request = SigningRequest.Create(key);
        for (var bit = 0; bit < request.Length * 8; bit++)
        {
            var changed = request.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(SigningRequest.TryRead(changed, out var mistake) is null, $"bit {bit}");
            Assert.NotNull(mistake);
        }
    }

    [Fact]
    public void Request_OfAnyBytes_IsRefusedWithoutAnException() =>
        Gen.Byte.Array[0, 3000].Sample(bytes => SigningRequest.TryRead(bytes, out var mistake) is null && mistake is not null);

    [Fact]
    public void Request_CutAnywhere_IsRefused()
    {
        using var key = SigningRequest.NewKey();
        var request = SigningRequest.Create(key);
        Assert.All(Enumerable.Range(0, request.Length), length => Assert.Null(SigningRequest.TryRead(request[..length], out _)));
        Assert.Null(SigningRequest.TryRead([.. request, 0], out _));
    }
}
