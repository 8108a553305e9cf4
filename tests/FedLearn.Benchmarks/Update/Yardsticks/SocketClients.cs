using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FedLearn.Benchmarks.Update.Roles;

namespace FedLearn.Benchmarks.Update.Yardsticks;

/// <summary>The clients of a <see cref="SocketRole"/>: one connection each, kept over all turns.</summary>
internal sealed class SocketClients : IDisposable
{
    private readonly Stream[] _streams;

    public SocketClients(RoleProcess server, int connections, ServerCertificate? certificate)
    {
        var port = int.Parse(server.Ready);
        _streams = [.. Enumerable.Range(0, connections).Select(_ => Connect(port, certificate))];
    }

    /// <summary>Sends a payload on each connection at once, and waits for all acknowledgements.</summary>
    public Task UploadAsync(IReadOnlyList<Payload> payloads) =>
        Task.WhenAll(_streams.Select((stream, i) => OnThread(() => Upload(stream, payloads[i]))));

    /// <summary>Receives so many bytes on each connection at once.</summary>
    public Task DownloadAsync(long length) => Task.WhenAll(_streams.Select(stream => OnThread(() => Download(stream, length))));

    public void Dispose()
    {
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }
    }

    private static Stream Connect(int port, ServerCertificate? certificate)
    {
        var client = new TcpClient { NoDelay = true };
        client.Connect(IPAddress.Loopback, port);
        if (certificate is null)
        {
            return client.GetStream();
        }

        var secure = new SslStream(client.GetStream());
        secure.AuthenticateAsClient(certificate.ClientOptions());
        return secure;
    }

    private static void Upload(Stream stream, Payload payload)
    {
        var scratch = new byte[Payload.PieceSize];
        Request(stream, payload.Length);
        for (var at = 0L; at < payload.Length; at += Payload.PieceSize)
        {
            stream.Write(payload.Piece(at, scratch).Span);
        }

        stream.ReadExactly(scratch.AsSpan(0, 1));
    }

    private static void Download(Stream stream, long length)
    {
        var buffer = new byte[SocketRole.BufferSize];
        Request(stream, -length);
        while (length > 0)
        {
            length -= stream.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)));
        }
    }

    private static void Request(Stream stream, long length)
    {
        Span<byte> request = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(request, length);
        stream.Write(request);
    }

    /// <summary>Blocking calls on a thread of their own: the pool would grow too slowly for them.</summary>
    private static Task OnThread(Action action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
