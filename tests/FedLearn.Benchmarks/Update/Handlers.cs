namespace FedLearn.Benchmarks.Update;

/// <summary>The HTTP handlers of all clients, stock but for the certificate that they trust.</summary>
internal static class Handlers
{
    public static SocketsHttpHandler Create(ServerCertificate? certificate)
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        if (certificate is not null)
        {
            handler.SslOptions = certificate.ClientOptions();
        }

        return handler;
    }
}
