using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Protocol.Identity;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// TLS 1.3 with the coordinator's certificate, which is made anew after two thirds of its life; for participants also with theirs: one that
/// does not come from the federation's root ends the handshake. Expiry and revocation are looked at with every call, where the caller
/// can be told.
/// </summary>
/// <param name="authority">The federation's.</param>
/// <param name="time">The clock.</param>
/// <param name="others">The issuing authorities of the other federations that come to the same listeners, from the same root.</param>
internal sealed class TlsServer(Authority authority, TimeProvider time, IReadOnlyList<X509Certificate2>? others = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<IDisposable> _made = [];
    private SslStreamCertificateContext? _context;
    private DateTimeOffset _renewAt;

    /// <summary>Serves a listener.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="participants">Whether callers show a certificate.</param>
    public void Use(ListenOptions listen, bool participants)
    {
        var policy = participants ? ChainCheck.Policy([authority.Root], [authority.Issuing, .. others ?? []], CertificateUse.Client, at: null) : null;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = Current(),
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateRequired = participants,
                CertificateChainPolicy = policy,
                RemoteCertificateValidationCallback = participants ? (_, shown, _, errors) => shown is not null && errors == SslPolicyErrors.None : null,
            }),
        });
    }

    /// <summary>The certificate to show now, with the issuing authority's beside it.</summary>
    internal SslStreamCertificateContext Current()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_context is null || now >= _renewAt)
            {
                var shown = _context is null && RenewAt(authority.Server) > now ? authority.Server : Kept(authority.IssueServer(now));
                _renewAt = RenewAt(shown);
                _context = SslStreamCertificateContext.Create(shown, [authority.Issuing], offline: true);
            }

            return _context;
        }
    }

    public void Dispose() => _made.ForEach(c => c.Dispose());

    private static DateTimeOffset RenewAt(X509Certificate2 certificate)
    {
        DateTimeOffset from = certificate.NotBefore, to = certificate.NotAfter;
        return from + ((to - from) * (2.0 / 3));
    }

    private X509Certificate2 Kept(X509Certificate2 certificate)
    {
        _made.Add(certificate);
        return certificate;
    }
}
