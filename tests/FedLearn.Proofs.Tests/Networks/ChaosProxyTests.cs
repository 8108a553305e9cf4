using System.Net;
using System.Net.Sockets;
using FedLearn.Proofs.Networks;

namespace FedLearn.Proofs.Tests.Networks;

public sealed class ChaosProxyTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public ChaosProxyTests() => _server.Start();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Bytes_WithLatencyAndAStall_ArriveWholeAndInOrderBothWays()
    {
        await using var proxy = StartProxy(new LinkPlan
        {
            Latency = TimeSpan.FromMilliseconds(1),
            BytesPerSecond = 50_000_000,
            Fault = LinkFault.Stall,
            IsUpstream = true,
            AtByte = 333_333,
            For = TimeSpan.FromMilliseconds(10),
        });
        using var client = await ConnectAsync(proxy);
        using var server = await _server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        var sent = new byte[1_000_000];
        new Random(1).NextBytes(sent);

        var echo = EchoAsync(server, sent.Length);
        await client.SendAsync(sent);
        var back = await ReceiveAsync(client, sent.Length);
        await echo;

        Assert.Equal(sent, back);
        Assert.Equal((sent.Length, 1), (proxy.Figures.BytesUp, proxy.Figures.Of(LinkFault.Stall)));
    }

    [Fact]
    public async Task Reset_AtAByte_StrikesBothEndsAfterIt()
    {
        await using var proxy = StartProxy(new LinkPlan { Fault = LinkFault.Reset, IsUpstream = true, AtByte = 1000 });
        using var client = await ConnectAsync(proxy);
        using var server = await _server.AcceptSocketAsync(TestContext.Current.CancellationToken);

        await client.SendAsync(new byte[5000]);

        Assert.InRange(await CountToEndAsync(server), 0, 1000);
        Assert.Equal(0, await CountToEndAsync(client));
        Assert.Equal((5000, 1), (proxy.Figures.BytesUp, proxy.Figures.Of(LinkFault.Reset)));
    }

    [Fact]
    public async Task HalfOpen_AtAByte_EndsTheServersSideWhileTheClientHearsNothing()
    {
        await using var proxy = StartProxy(new LinkPlan { Fault = LinkFault.HalfOpen, IsUpstream = false, AtByte = 10, For = TimeSpan.FromDays(1) });
        using var client = await ConnectAsync(proxy);
        using var server = await _server.AcceptSocketAsync(TestContext.Current.CancellationToken);

        await server.SendAsync(new byte[100]);

        Assert.Equal(10, (await ReceiveAsync(client, 10)).Length);
        Assert.Equal(0, await CountToEndAsync(server));
        Assert.False(client.Poll(0, SelectMode.SelectRead), "the client heard something");
    }

    private static async Task EchoAsync(Socket socket, int length) => await socket.SendAsync(await ReceiveAsync(socket, length));

    private static async Task<byte[]> ReceiveAsync(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(at)).AsTask().WaitAsync(s_patience);
            Assert.NotEqual(0, read);
            at += read;
        }

        return bytes;
    }

    /// <summary>The bytes that come before the connection ends, however it does.</summary>
    private static async Task<int> CountToEndAsync(Socket socket)
    {
        var (buffer, count) = (new byte[10_000], 0);
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(s_patience) is > 0 and var read)
            {
                count += read;
            }
        }
        catch (SocketException)
        {
            // The reset.
        }

        return count;
    }

    private static async Task<Socket> ConnectAsync(ChaosProxy proxy)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, new Uri(proxy.Address).Port, TestContext.Current.CancellationToken);
        return client;
    }

    private ChaosProxy StartProxy(LinkPlan plan) =>
        new(_ => plan) { Target = new Uri($"http://127.0.0.1:{((IPEndPoint)_server.LocalEndpoint).Port}") };
}
