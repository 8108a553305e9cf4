using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol.Identity;

namespace FedLearn.Protocol.Tests.Identity;

/// <summary>The second implementation: what openssl's own verifier says of the same certificates.</summary>
public sealed class OpenSslTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-openssl-").FullName;
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("sslclient", 0, true)]
    [InlineData("sslclient", 7, false)]
    [InlineData("sslclient", -1, false)]
    [InlineData("sslserver", 0, false)]
    public void Verify_AClientsCertificate_SaysTheSame(string purpose, int days, bool expected)
    {
        using var client = _authority.Client(days: 6.5);
        Assert.Equal(expected, Verify(client, purpose, TestAuthority.Start.AddDays(days)));
    }

    [Fact]
    public void Verify_AServersCertificate_TakesItForItsNamesAlone()
    {
        using var server = _authority.Server("coordinator.example", "10.1.2.3");
        Assert.True(Verify(server, "sslserver", TestAuthority.Start, "-verify_hostname", "coordinator.example"));
        Assert.True(Verify(server, "sslserver", TestAuthority.Start, "-verify_ip", "10.1.2.3"));
        Assert.False(Verify(server, "sslserver", TestAuthority.Start, "-verify_hostname", "other.example"));
        Assert.False(Verify(server, "sslclient", TestAuthority.Start));
    }

    [Fact]
    public void Verify_ACertificateOfAnotherAuthority_Refuses()
    {
        using var other = new TestAuthority();
        using var client = other.Client();
        Assert.False(Verify(client, "sslclient", TestAuthority.Start));
    }

    [Fact]
    public void Text_OfAClientsCertificate_ShowsTheNameAsAUri()
    {
        using var client = _authority.Client("hospital-a");
        var (_, text) = Run("x509", "-in", Write("client.pem", client), "-noout", "-ext", "subjectAltName");
        Assert.Contains("URI:fedlearn://hospitals/hospital-a", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Request_ReadByOpenSsl_IsWellSigned()
    {
        using var key = SigningRequest.NewKey();
        var file = Path.Combine(_folder, "request.der");
        File.WriteAllBytes(file, SigningRequest.Create(key));
        Assert.Equal(0, Run("req", "-inform", "DER", "-in", file, "-verify", "-noout").Code);
    }

    private bool Verify(X509Certificate2 certificate, string purpose, DateTimeOffset at, params string[] more) => Run(
    [
        "verify", "-x509_strict", "-no-CApath", "-no-CAstore", "-CAfile", Write("root.pem", _authority.Root), "-untrusted", Write("issuing.pem", _authority.Issuing),
        "-purpose", purpose, "-attime", $"{at.ToUnixTimeSeconds()}", .. more, Write("leaf.pem", certificate),
    ]).Code == 0;

    private string Write(string name, X509Certificate2 certificate)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }

    private static (int Code, string Text) Run(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, text);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("there is no openssl on this machine");
            throw;
        }
    }
}
