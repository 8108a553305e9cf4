using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using FedLearn.Coordinator.Operations.Limits;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Operations.Limits;

public sealed class LimitsOnTheWireTests
{
    [Fact]
    public async Task Call_AboveTheClientsRate_IsRefusedAndTheNextClientIsServed()
    {
        await using var coordinator = await TestCoordinator.StartAsync(with: options => options with { Limits = new() { ClientRequestsPerSecond = 1 } });
        using var busy = await coordinator.JoinAsync("busy");
        using var other = await coordinator.JoinAsync("other");

        var refused = await Assert.ThrowsAsync<RpcException>(() => BeatAsync(coordinator, busy, times: 100));

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.StartsWith("client 'busy': more than 1 requests per second; wait ", refused.Status.Detail, StringComparison.Ordinal);
        await BeatAsync(coordinator, other, times: 1);
    }

    [Fact]
    public async Task Call_AboveTheAddressesRate_IsRefusedBeforeItsTokenIsLookedAt()
    {
        await using var coordinator = await TestCoordinator.StartAsync(with: options => options with { Limits = new() { AddressRequestsPerSecond = 1 } });

        var statuses = new List<StatusCode>();
        for (var i = 0; i < 20; i++)
        {
            statuses.Add((await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Federation.HeartbeatAsync(new HeartbeatRequest(), TestCoordinator.Bearer("00")))).StatusCode);
        }

        Assert.Equal(StatusCode.Unauthenticated, statuses[0]);
        Assert.Equal(StatusCode.ResourceExhausted, statuses[^1]);
    }

    [Fact]
    public async Task Upload_ThatNeverEnds_EndsAtItsDeadlineWithoutTheCallersHelp()
    {
        await using var coordinator = await TestCoordinator.StartAsync(with: options => options with { Limits = new() { TransferSeconds = 1 } });
        using var client = await coordinator.JoinAsync("a");
        using var call = coordinator.Federation.PushUpdate(client.Headers);

        var ended = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, ended.StatusCode);
    }

    [Fact]
    public async Task Message_Compressed_IsRefusedWithoutBeingUnpacked()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{coordinator.Address}/fedlearn.v1.Federation/Join")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(CompressedMessage()),
        };
        request.Content.Headers.Add("content-type", "application/grpc");
        request.Headers.Add("grpc-encoding", "gzip");

        using var reply = await client.SendAsync(request, TestContext.Current.CancellationToken);

        await reply.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var trailers = reply.TrailingHeaders.Concat(reply.Headers).ToDictionary(h => h.Key, h => h.Value.Single(), StringComparer.Ordinal);
        Assert.Equal(($"{(int)StatusCode.Unimplemented}", "identity"), (trailers["grpc-status"], trailers["grpc-accept-encoding"]));
    }

    [Theory]
    [InlineData("2H", 7200.0)]
    [InlineData("3M", 180.0)]
    [InlineData("5S", 5.0)]
    [InlineData("200m", 0.2)]
    [InlineData("7u", 7e-6)]
    [InlineData("9n", 9e-9)]
    [InlineData("S", null)]
    [InlineData("-1S", null)]
    [InlineData("1x", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void SecondsOf_GrpcTimeout_IsAsTheSpecificationSays(string? text, double? seconds)
    {
        var got = CallGuard.SecondsOf(text);

        Assert.Equal(seconds is null, got is null);
        Assert.Equal(seconds ?? 0, got ?? 0, 1e-15);
    }

    /// <summary>A compressed gRPC message of some KiB that unpacks to 16 MiB, four times what a message may have.</summary>
    private static byte[] CompressedMessage()
    {
        var packed = new MemoryStream();
        packed.Write([1, 0, 0, 0, 0]); // Compressed; the length comes below.
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 16; i++)
            {
                gzip.Write(zeros);
            }
        }

        var bytes = packed.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), bytes.Length - 5);
        return bytes;
    }

    private static async Task BeatAsync(TestCoordinator coordinator, TestClient client, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await coordinator.Federation.HeartbeatAsync(new HeartbeatRequest(), client.Headers);
        }
    }
}
