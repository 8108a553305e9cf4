using System.Net;
using System.Net.Sockets;

namespace FedLearn.Proofs.Hostile;

/// <summary>Connections that carry an attack out, from an address of their own (127.0.0.2). One that is closed is opened again.</summary>
internal sealed class Attackers : IAsyncDisposable
{
    /// <summary>So often a second everybody sends its share at most: pauses are what the machine's clock can do.</summary>
    private const int MostTicks = 100;

    private static readonly IPAddress s_from = IPAddress.Parse("127.0.0.2");

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _allOpened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _running;
    private int _opened;
    private long _sent;

    private Attackers(Attack attack, Uri target) =>
        _running = [.. Enumerable.Range(0, attack.Connections).Select(_ => Task.Run(() => AttackAsync(attack, target)))];

    /// <summary>Connections that were opened, again ones included.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>What was sent after what comes first, in the attack's units.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Begins, and returns when as many connections have been opened as it takes.</summary>
    public static async Task<Attackers> StartAsync(Attack attack, Uri target)
    {
        var attackers = new Attackers(attack, target);
        await attackers._allOpened.Task.ConfigureAwait(false);
        return attackers;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AttackAsync(Attack attack, Uri target)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ConnectAndSendAsync(attack, target).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // Closed by the coordinator: once more, as fast as a hostile peer would.
            }
        }
    }

    private async Task ConnectAndSendAsync(Attack attack, Uri target)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(s_from, 0));
        await socket.ConnectAsync(IPAddress.Parse(target.Host), target.Port, _stop.Token).ConfigureAwait(false);
        await socket.SendAsync(attack.First(), _stop.Token).ConfigureAwait(false);
        if (Interlocked.Increment(ref _opened) == attack.Connections)
        {
            _allOpened.TrySetResult();
        }

        using var closed = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(ReadAsync(socket, closed.Token), SendAsync(attack, socket, closed.Token)).ConfigureAwait(false);
        await closed.CancelAsync().ConfigureAwait(false);
    }

    private async Task SendAsync(Attack attack, Socket socket, CancellationToken cancellationToken)
    {
        if (attack.PerSecond == 0)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }

        var share = Math.Max(1, attack.PerSecond / attack.Connections / MostTicks);
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(share * attack.Connections / (double)attack.PerSecond));
        for (var stream = 1; await tick.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false); stream += 2 * share)
        {
            byte[] all = [.. Enumerable.Range(0, share).SelectMany(i => attack.Next(stream + (2 * i)))];
            await socket.SendAsync(all, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _sent, share);
        }
    }

    /// <summary>Takes what the coordinator answers, so that it does not wait for that; ends with the connection.</summary>
    private static async Task ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
        }
    }
}
