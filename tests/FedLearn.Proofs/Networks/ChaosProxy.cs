using System.Net;
using System.Net.Sockets;

namespace FedLearn.Proofs.Networks;

/// <summary>A TCP proxy in this process that does to each connection what its plan says.</summary>
internal sealed class ChaosProxy : IAsyncDisposable
{
    // Small, so that little is under way that neither end knows the fate of; the rest waits at the sender.
    private const int ReceiveBuffer = 256 << 10;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = ReceiveBuffer };
    private readonly Func<int, LinkPlan> _plan;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _links = [];
    private readonly Task _accepting;

    /// <param name="plan">What a connection suffers, by its number from 0.</param>
    public ChaosProxy(Func<int, LinkPlan> plan)
    {
        _plan = plan;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1024);
        Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public string Address { get; }

    /// <summary>Where connections go on to; null refuses them.</summary>
    public Uri? Target { get; set; }

    public ProxyFigures Figures { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] links;
        lock (_links)
        {
            links = [.. _links];
        }

        await Task.WhenAll(links).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
            lock (_links)
            {
                _links.RemoveAll(l => l.IsCompleted);
                _links.Add(Task.Run(() => ServeAsync(client)));
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var closing = client;
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            var target = Target ?? throw new InvalidOperationException("the proxy leads nowhere yet");
            await server.ConnectAsync(IPAddress.Parse(target.Host), target.Port, _stop.Token).ConfigureAwait(false);
            using var link = new ChaosLink(client, server, _plan(Figures.NextConnection()), Figures);
            await link.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either end is gone: the other one hears of it when its socket closes.
        }
    }
}
