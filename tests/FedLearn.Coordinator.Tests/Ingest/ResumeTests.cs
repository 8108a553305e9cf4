using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest;

public class ResumeTests
{
    private const int Elements = 1_000_000;
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(500_000, 0)]
    [InlineData(2_500_000, 2 * MiB)]
    [InlineData(3_999_999, 3 * MiB)]
    public async Task Upload_CutAndResumedAfterARestart_GoesOnFromItsLastWholeBlock(int cutAt, long expectedOffset)
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var (client, header, delta) = await OpenRoundAsync(coordinator);
        using var owned = client;
        var opened = await client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, client.Headers);
        Assert.Equal(0, opened.Upload.Offset);
        await CutAsync(client, opened.Upload, delta, cutAt);

        await coordinator.RestartAsync();
        await client.WatchAsync();
        var reopened = await client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, client.Headers);
        Assert.InRange(reopened.Upload.Offset, 0, expectedOffset);
        Assert.Equal(0, reopened.Upload.Offset % MiB);
        var receipt = await ResumeAsync(client, reopened.Upload, delta);

        Assert.Equal(header.NumExamples, receipt.NumExamples);
        await client.RunOverAsync();
        Assert.Equal(delta, await client.GetModelAsync(header.RunId, 1));
    }

    [Fact]
    public async Task Upload_ResumedAtAWrongOffset_IsRefusedWithTheRightOne()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var (client, header, delta) = await OpenRoundAsync(coordinator);
        using var owned = client;
        var opened = await client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, client.Headers);

        opened.Upload.Offset = MiB;
        var refused = await Assert.ThrowsAsync<RpcException>(() => ResumeAsync(client, opened.Upload, delta));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("stands at offset 0", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_WhileAnOlderConnectionHangs_TakesOver()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var (client, header, delta) = await OpenRoundAsync(coordinator);
        using var owned = client;
        using var hanging = client.Calls.PushUpdate(client.Headers);
        await hanging.RequestStream.WriteAsync(new PushUpdateRequest { Header = header });
        await TestClient.SendChunksAsync(hanging.RequestStream, delta, 0, 2_000_000, 256 << 10);
        while ((await client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, client.Headers)).Upload.Offset == 0)
        {
            // Until a whole block has arrived, nobody knows that the coordinator took this connection first.
        }

        var receipt = await client.PushAsync(header, delta);

        Assert.Equal(header.Round, receipt.Round);
        var cut = await Assert.ThrowsAsync<RpcException>(async () => await hanging);
        Assert.Equal(StatusCode.Unavailable, cut.StatusCode);
    }

    [Fact]
    public async Task Download_FromAnOffset_ContinuesTheSameBytes()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var (client, header, delta) = await OpenRoundAsync(coordinator);
        using var owned = client;
        await client.PushAsync(header, delta);
        await client.RunOverAsync();

        Assert.Equal(delta[700_001..], await client.GetModelAsync(header.RunId, 1, offset: 700_001 * sizeof(float)));
        Assert.Empty(await client.GetModelAsync(header.RunId, 1, offset: Elements * sizeof(float)));
        var refused = await Assert.ThrowsAsync<RpcException>(() => client.GetModelAsync(header.RunId, 1, offset: (Elements * sizeof(float)) + 1));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task Download_DamagedFile_IsDataLossAndNamesTheFile()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var (client, header, _) = await OpenRoundAsync(coordinator);
        using var owned = client;
        var path = Path.Combine(coordinator.Folder, "runs", header.RunId, "versions", "000000.safetensors");
        await using (var file = File.OpenWrite(path))
        {
            file.Position = file.Length - 1;
            file.WriteByte(1);
        }

        var refused = await Assert.ThrowsAsync<RpcException>(() => client.GetModelAsync(header.RunId, 0));

        Assert.Equal(StatusCode.DataLoss, refused.StatusCode);
        Assert.Contains("000000.safetensors is damaged", refused.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<(TestClient Client, UpdateHeader Header, float[] Delta)> OpenRoundAsync(TestCoordinator coordinator)
    {
        var spec = TestCoordinator.Spec(Elements, more: """ "stop": { "rounds": 1 }, "evaluation": { "everyRounds": 0 }, """);
        await coordinator.CreateRunAsync(spec);
        var client = await coordinator.JoinAsync("a");
        await client.WatchAsync();
        var random = new Random(4);
        float[] delta = [.. Enumerable.Range(0, Elements).Select(_ => (float)random.NextDouble())];
        return (client, TestClient.Header(await client.NextFitAsync(), RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash, delta, 5), delta);
    }

    private static async Task CutAsync(TestClient client, Protocol.V1.Upload upload, float[] delta, int bytes)
    {
        using var call = client.Calls.PushUpdate(client.Headers);
        await call.RequestStream.WriteAsync(new PushUpdateRequest { Resume = upload });
        await TestClient.SendChunksAsync(call.RequestStream, delta, 0, bytes, 100_003);
    }

    private static async Task<Receipt> ResumeAsync(TestClient client, Protocol.V1.Upload upload, float[] delta)
    {
        using var call = client.Calls.PushUpdate(client.Headers);
        await call.RequestStream.WriteAsync(new PushUpdateRequest { Resume = upload });
        await TestClient.SendChunksAsync(call.RequestStream, delta, (int)upload.Offset, delta.Length * sizeof(float), 256 << 10);
        await call.RequestStream.CompleteAsync();
        return (await call).Receipt;
    }
}
