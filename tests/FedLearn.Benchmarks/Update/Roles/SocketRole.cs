using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>
/// The yardstick: a loop over a socket, or over an SslStream, a thread per connection. A request is eight bytes: so many bytes follow, or
/// (negative) are wanted. With a folder what is received is hashed, written and synced before it is acknowledged: the bare sink.
/// </summary>
internal sealed class SocketRole : IRole
{
    public const string RoleName = "socket";
    public const int BufferSize = 256 << 10;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private string? _folder;
    private X509Certificate2? _certificate;

    /// <param name="arguments">The sink's folder, or nothing; the folder of the certificate, or nothing.</param>
    public Task<string> StartAsync(IReadOnlyList<string> arguments)
    {
        _folder = arguments[0].Length == 0 ? null : arguments[0];
        _certificate = arguments[1].Length == 0 ? null : ServerCertificate.Load(arguments[1]);
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
        return Task.FromResult($"{((IPEndPoint)_listener.LocalEndpoint).Port}");
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _certificate?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Accept()
    {
        try
        {
            for (var number = 0; ; number++)
            {
                var (client, name) = (_listener.AcceptTcpClient(), $"{number}");
                client.NoDelay = true;
                new Thread(() => Serve(client, name)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // The listener was closed: the role ends.
        }
    }

    private void Serve(TcpClient client, string name)
    {
        using var stream = Secure(client);
        using var sink = _folder is null ? null : new DurableFile(Path.Combine(_folder, name));
        byte[] buffer = new byte[BufferSize], request = new byte[8];
        while (stream.ReadAtLeast(request, request.Length, throwOnEndOfStream: false) == request.Length)
        {
            var length = BinaryPrimitives.ReadInt64LittleEndian(request);
            if (length < 0)
            {
                Send(stream, buffer, -length);
                continue;
            }

            sink?.Begin();
            Receive(stream, buffer, length, sink);
            sink?.Finish();
            stream.Write([1]);
            sink?.Delete();
        }
    }

    private Stream Secure(TcpClient client)
    {
        if (_certificate is null)
        {
            return client.GetStream();
        }

        var secure = new SslStream(client.GetStream());
        secure.AuthenticateAsServer(_certificate);
        return secure;
    }

    private static void Receive(Stream stream, byte[] buffer, long length, DurableFile? sink)
    {
        while (length > 0)
        {
            var read = stream.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)));
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            sink?.Append(buffer.AsSpan(0, read));
            length -= read;
        }
    }

    private static void Send(Stream stream, byte[] buffer, long length)
    {
        for (; length > 0; length -= Math.Min(buffer.Length, length))
        {
            stream.Write(buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)));
        }
    }
}
