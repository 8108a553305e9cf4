using System.Net;
using System.Net.Sockets;

namespace FedLearn.Proofs;

/// <summary>
/// Loopback addresses with a free port. A process that is started later, or again, must come up under the same one: so the ports lie below
/// the range from which the system takes those of outgoing connections, and no address is given out twice.
/// </summary>
internal static class LoopbackPorts
{
    private const int FirstPort = 20_000;
    private const int Ports = 12_000;
    private static int s_ports = Environment.ProcessId * 97;

    /// <summary>An address that is free now: <c>http://127.0.0.1:PORT</c>.</summary>
    public static string FreeAddress()
    {
        while (true)
        {
            var port = FirstPort + (int)((uint)Interlocked.Increment(ref s_ports) % Ports);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return $"http://127.0.0.1:{port}";
            }
            catch (SocketException)
            {
                // Taken; the next one may be free.
            }
        }
    }
}
