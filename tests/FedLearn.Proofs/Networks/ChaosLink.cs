using System.Net.Sockets;

namespace FedLearn.Proofs.Networks;

/// <summary>One connection through the proxy: two pipes, and the fault that strikes one of them.</summary>
internal sealed class ChaosLink(Socket client, Socket server, LinkPlan plan, ProxyFigures figures) : IDisposable
{
    private readonly CancellationTokenSource _broken = new();
    private LinkFault _struck;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _broken.Token);
        var up = new ChaosPipe(client, server, plan, plan.IsUpstream ? StrikeAsync : null, figures.AddUp);
        var down = new ChaosPipe(server, client, plan, plan.IsUpstream ? null : StrikeAsync, null);
        Task[] pipes = [up.RunAsync(either.Token), down.RunAsync(either.Token)];
        try
        {
            // An orderly end of one direction leaves the other open; a broken one takes it along.
            await await Task.WhenAny(pipes).ConfigureAwait(false);
            await Task.WhenAll(pipes).ConfigureAwait(false);
        }
        finally
        {
            await _broken.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(pipes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_struck is LinkFault.HalfOpen)
            {
                Reset(server);
                await Task.Delay(plan.For, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            CountUnread();
            Reset(client);
            Reset(server);
        }
    }

    public void Dispose() => _broken.Dispose();

    private async Task StrikeAsync(CancellationToken cancellationToken)
    {
        figures.AddFault(plan.Fault);
        _struck = plan.Fault;
        if (plan.Fault == LinkFault.Stall)
        {
            await Task.Delay(plan.For, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await _broken.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What the client has sent and nobody will read counts as sent.</summary>
    private void CountUnread()
    {
        try
        {
            figures.AddUp(client.Available);
        }
        catch (SocketException)
        {
            // The client is gone, and its bytes with it.
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }
}
