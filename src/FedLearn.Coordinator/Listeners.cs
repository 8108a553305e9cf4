using FedLearn.Coordinator.Dashboard;
using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Operations.Telemetry;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FedLearn.Coordinator;

/// <summary>
/// What the coordinator listens on: participants (and without certificates of theirs operators too), health, and then either enrolment and
/// operators, or vectors over HTTP where they need a port of their own.
/// </summary>
internal static class Listeners
{
    /// <summary>Which of the addresses the vectors' is, where it is there: in the order of <see cref="Configure"/>.</summary>
    public const int VectorsIndex = 2;

    /// <summary>Likewise the participants'.</summary>
    public const int ParticipantsIndex = 0;

    /// <summary>Likewise that of enrolment and operators, where participants come with certificates.</summary>
    public const int EnrolmentIndex = 2;

    /// <summary>The bytes that an HTTP/2 stream may send before the server has read them.</summary>
    public const int StreamWindow = 4 << 20;

    /// <summary>The bytes that an HTTP/1.1 connection may send before the server has read them.</summary>
    public const int RequestBuffer = 1 << 20;

    public static void Configure(KestrelServerOptions kestrel, CoordinatorOptions options, ServerCertificate? certificate, TlsServer? tls)
    {
        kestrel.AddServerHeader = false;
        SetLimits(kestrel.Limits, options);
        kestrel.Listen(CoordinatorOptions.EndPointOf(options.Listen), listen =>
        {
            listen.Protocols = options.UsesTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http2;
            tls?.Use(listen, participants: true);
            if (certificate is not null)
            {
                listen.UseHttps(certificate.Configure);
            }
        });
        kestrel.Listen(CoordinatorOptions.EndPointOf(options.Operations), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            TelemetryServices.MarkOperations(listen);
        });
        if (tls is not null)
        {
            kestrel.Listen(CoordinatorOptions.EndPointOf(options.Enrolment), listen =>
            {
                listen.Protocols = options.PageAtEnrolment ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http2;
                tls.Use(listen, participants: false);
                if (options.PageAtEnrolment)
                {
                    listen.ServePage();
                }
            });
        }
        else if (options.OffersVectors && certificate is null)
        {
            // A cleartext port cannot tell HTTP/2 from HTTP/1.1 by ALPN, so the vectors' road has its own.
            kestrel.Listen(CoordinatorOptions.EndPointOf(options.Vectors), listen => listen.Protocols = HttpProtocols.Http1);
        }

        AddPage(kestrel, options, tls);
    }

    /// <summary>The page's own address, if it has one: the last of all.</summary>
    private static void AddPage(KestrelServerOptions kestrel, CoordinatorOptions options, TlsServer? tls)
    {
        if (!options.PageHasListener)
        {
            return;
        }

        var certificate = ServerCertificate.Load(options.PageCertificate, options.PageKey);
        kestrel.Listen(CoordinatorOptions.EndPointOf(options.Page!), listen =>
        {
            var isTls = options.Page!.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            listen.Protocols = isTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            if (certificate is not null)
            {
                listen.UseHttps(certificate.Configure);
            }
            else if (isTls)
            {
                tls!.Use(listen, participants: false);
            }

            listen.ServePage();
        });
    }

    private static void SetLimits(KestrelServerLimits limits, CoordinatorOptions options)
    {
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxRequestBodySize = null;
        limits.Http2.InitialConnectionWindowSize = 8 << 20;
        limits.Http2.InitialStreamWindowSize = StreamWindow;
        limits.MaxRequestBufferSize = RequestBuffer;
        limits.Http2.MaxFrameSize = 256 << 10;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.Http2.MaxRequestHeaderFieldSize = 8 << 10;
        limits.MaxRequestHeaderCount = 50;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
    }
}
