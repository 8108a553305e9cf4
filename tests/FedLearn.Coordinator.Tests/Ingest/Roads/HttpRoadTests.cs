using System.Net;
using System.Runtime.InteropServices;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest.Roads;

/// <summary>The vectors' road over HTTP: the same bytes, checks, receipts and errors as gRPC.</summary>
public class HttpRoadTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public async Task Put_WholeUpdate_GivesTheReceiptThatGrpcGivesToo()
    {
        await using var round = await RoadRound.OpenAsync();
        var upload = await round.OpenUploadAsync();

        using var reply = await round.PutAsync(upload, 0);

        var receipt = await RoadRound.ReceiptAsync(reply);
        Assert.Equal((round.Header.RunId, 1, "a", 5L), (receipt.RunId, receipt.Round, receipt.ClientId, receipt.NumExamples));
        Assert.Equal(receipt, (await round.Client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = round.Header }, round.Client.Headers)).Receipt);
        await round.Client.RunOverAsync();
        Assert.Equal(round.Delta, await round.Client.GetModelAsync(round.Header.RunId, 1));
    }

    [Fact]
    public async Task Put_CutByGrpcAndCutByHttp_GoesOnAcrossTheRoads()
    {
        await using var round = await RoadRound.OpenAsync();
        var upload = await round.OpenUploadAsync();
        using (var call = round.Client.Calls.PushUpdate(round.Client.Headers))
        {
            await call.RequestStream.WriteAsync(new PushUpdateRequest { Resume = upload });
            await TestClient.SendChunksAsync(call.RequestStream, round.Delta, 0, MiB + 7, 100_003);
            await call.RequestStream.CompleteAsync();
            await Assert.ThrowsAsync<RpcException>(async () => await call);
        }

        upload = await round.OpenUploadAsync();
        Assert.Equal(MiB, upload.Offset);
        using (var cut = await round.PutAsync(upload, MiB, bytes: MiB + 5))
        {
            RoadRound.AssertRefused(cut, StatusCode.InvalidArgument, "the stream ended after");
        }

        upload = await round.OpenUploadAsync();
        Assert.Equal(2 * MiB, upload.Offset);
        using (var call = round.Client.Calls.PushUpdate(round.Client.Headers))
        {
            await call.RequestStream.WriteAsync(new PushUpdateRequest { Resume = upload });
            await TestClient.SendChunksAsync(call.RequestStream, round.Delta, 2 * MiB, round.Bytes.Length, 256 << 10);
            await call.RequestStream.CompleteAsync();
            Assert.Equal("a", (await call).Receipt.ClientId);
        }

        await round.Client.RunOverAsync();
        Assert.Equal(round.Delta, await round.Client.GetModelAsync(round.Header.RunId, 1));
    }

    [Theory]
    [InlineData("no token", StatusCode.Unauthenticated, 401, "no token was sent")]
    [InlineData("another token", StatusCode.Unauthenticated, 401, "token is not known")]
    [InlineData("another client", StatusCode.FailedPrecondition, 409, "is not open for this client")]
    [InlineData("no ticket", StatusCode.PermissionDenied, 403, "does not hold the ticket")]
    [InlineData("another ticket", StatusCode.PermissionDenied, 403, "does not hold the ticket")]
    [InlineData("another upload", StatusCode.FailedPrecondition, 409, "call OpenUpdate")]
    [InlineData("no range", StatusCode.InvalidArgument, 400, "content-range: expected 'bytes FIRST-LAST/")]
    [InlineData("another length", StatusCode.InvalidArgument, 400, "content-range: expected a last byte")]
    [InlineData("another offset", StatusCode.FailedPrecondition, 409, "stands at offset 0")]
    [InlineData("too many bytes", StatusCode.InvalidArgument, 400, "bytes more at offset")]
    [InlineData("changed byte", StatusCode.InvalidArgument, 400, "the bytes' digest is")]
    [InlineData("not finite", StatusCode.InvalidArgument, 400, "NaN or Inf")]
    public async Task Put_Wrong_IsRefusedAsOverGrpcAndChangesNothing(string what, StatusCode status, int httpStatus, string text)
    {
        await using var round = await RoadRound.OpenAsync();
        var upload = await round.OpenUploadAsync();
        using var request = round.Put(upload, 0);
        await round.SpoilAsync(request, what);

        using (var reply = await round.Http.SendAsync(request))
        {
            Assert.Equal(httpStatus, (int)reply.StatusCode);
            RoadRound.AssertRefused(reply, status, text);
            Assert.Contains(text, await reply.Content.ReadAsStringAsync());
        }

        using var good = await round.PutAsync(await round.OpenUploadAsync(), 0);
        Assert.Equal("a", (await RoadRound.ReceiptAsync(good)).ClientId);
        await round.Client.RunOverAsync();
        Assert.Equal(round.Delta, await round.Client.GetModelAsync(round.Header.RunId, 1));
    }

    [Fact]
    public async Task Put_AfterTheReceipt_TicketIsOver()
    {
        await using var round = await RoadRound.OpenAsync();
        var upload = await round.OpenUploadAsync();
        (await round.PutAsync(upload, 0)).Dispose();

        using var again = await round.PutAsync(upload, 0);

        RoadRound.AssertRefused(again, StatusCode.FailedPrecondition, "call OpenUpdate");
    }

    [Theory]
    [InlineData(null, 200, 0, 4_000_000)]
    [InlineData("bytes=0-", 206, 0, 4_000_000)]
    [InlineData("bytes=1048577-", 206, 1_048_577, 4_000_000)]
    [InlineData("bytes=5-9", 206, 5, 10)]
    [InlineData("bytes=3999999-9999999", 206, 3_999_999, 4_000_000)]
    [InlineData("bytes=4000000-", 200, 4_000_000, 4_000_000)]
    public async Task Get_Range_GivesThoseBytes(string? range, int status, int first, int end)
    {
        await using var round = await RoadRound.OpenAsync();
        await round.Client.PushAsync(round.Header, round.Delta);
        await round.Client.RunOverAsync();

        using var reply = await round.GetAsync(await round.RoadToModelAsync(1), range);

        Assert.Equal(status, (int)reply.StatusCode);
        Assert.Equal(end - first, reply.Content.Headers.ContentLength);
        Assert.Equal(round.Bytes[first..end], await reply.Content.ReadAsByteArrayAsync());
        if (status == 206)
        {
            Assert.Equal($"bytes {first}-{end - 1}/4000000", reply.Content.Headers.ContentRange!.ToString());
        }
    }

    [Theory]
    [InlineData("bytes=4000001-")]
    [InlineData("bytes=-5")]
    [InlineData("bytes=0-1,3-4")]
    [InlineData("lines=1-2")]
    public async Task Get_WrongRange_IsRefused(string range)
    {
        await using var round = await RoadRound.OpenAsync();

        using var reply = await round.GetAsync(await round.RoadToModelAsync(0), range);

        RoadRound.AssertRefused(reply, StatusCode.InvalidArgument, "range: expected 'bytes=FIRST-'");
    }

    [Fact]
    public async Task Get_UnknownVersionOrNoToken_IsRefused()
    {
        await using var round = await RoadRound.OpenAsync();
        var road = await round.RoadToModelAsync(0);

        using var unknown = await round.GetAsync(new Road { Url = road.Url.Replace("/0", "/7") }, null);
        RoadRound.AssertRefused(unknown, StatusCode.NotFound, "has no version 7");
        using var request = new HttpRequestMessage(HttpMethod.Get, road.Url);
        using var stranger = await round.Http.SendAsync(request);
        RoadRound.AssertRefused(stranger, StatusCode.Unauthenticated, "no token");
    }

    [Fact]
    public async Task Get_DamagedFirstBlock_IsDataLoss()
    {
        await using var round = await RoadRound.OpenAsync();
        var path = Path.Combine(round.Coordinator.Folder, "runs", round.Header.RunId, "versions", "000000.safetensors");
        var road = await round.RoadToModelAsync(0);
        await using (var file = File.OpenWrite(path))
        {
            file.Position = file.Length - 1;
            file.WriteByte(1);
        }

        using var reply = await round.GetAsync(road, "bytes=3999000-");

        RoadRound.AssertRefused(reply, StatusCode.DataLoss, "is damaged");
    }

    [Fact]
    public async Task GetModel_PreferRoad_EndsAfterItsFirstMessage()
    {
        await using var round = await RoadRound.OpenAsync();
        using var call = round.Client.Calls.GetModel(new GetModelRequest { RunId = round.Header.RunId, PreferRoad = true }, round.Client.Headers);

        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.StartsWith(round.Coordinator.VectorsAddress, call.ResponseStream.Current.Road.Url);
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Offer_RoadThatIsOffOrTold_IsSaidSo()
    {
        await using var off = await RoadRound.OpenAsync(o => o with { Vectors = "" });
        Assert.Null((await off.OpenUploadAsync()).Road);
        await using var told = await RoadRound.OpenAsync(o => o with { VectorsUrl = "https://vectors.example.org/fl/" });
        Assert.StartsWith("https://vectors.example.org/fl/v1/updates/", (await told.OpenUploadAsync()).Road.Url);
    }

    [Fact]
    public async Task Offer_SmallUpdate_HasNoRoad()
    {
        await using var round = await RoadRound.OpenAsync(elements: MiB / sizeof(float));

        Assert.Null((await round.OpenUploadAsync()).Road);
        Assert.Equal("a", (await round.Client.PushAsync(round.Header, round.Delta)).ClientId);
    }

    [Fact]
    public async Task Put_OverTls_GoesToTheOneAddressAsGrpcDoes()
    {
        await using var round = await RoadRound.OpenAsync(tls: true);
        var upload = await round.OpenUploadAsync();
        Assert.StartsWith(round.Coordinator.Address, upload.Road.Url);
        Assert.StartsWith("https://", upload.Road.Url);

        using var reply = await round.PutAsync(upload, 0);

        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        await round.Client.RunOverAsync();
        using var model = await round.GetAsync(await round.RoadToModelAsync(1), null);
        Assert.Equal(round.Delta, MemoryMarshal.Cast<byte, float>(await model.Content.ReadAsByteArrayAsync()).ToArray());
    }
}
