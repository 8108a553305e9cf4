using FedLearn.Coordinator.Ingest.Uploads;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Encodings;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest;

/// <summary>What uploads ask of the disk before their first byte.</summary>
public sealed class DiskTests : IDisposable
{
    private const int MiB = 1 << 20;
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Upload_DiskNearlyFull_IsRefusedBeforeItsFirstByte()
    {
        await using var coordinator = await TestCoordinator.StartAsync(_temp["data"], o => o with { DiskReserveBytes = long.MaxValue / 2 });
        var spec = TestCoordinator.Spec(elements: 1000);
        var run = await coordinator.CreateRunAsync(spec);
        using var client = await coordinator.JoinAsync("member");
        await client.WatchAsync();
        var delta = new float[1000];
        var header = TestClient.Header(await client.NextFitAsync(), RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash, delta, 10);

        var opened = await Assert.ThrowsAsync<RpcException>(async () => await client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, client.Headers));
        var pushed = await Assert.ThrowsAsync<RpcException>(() => client.PushAsync(header, delta));

        Assert.Equal((StatusCode.ResourceExhausted, StatusCode.ResourceExhausted), (opened.StatusCode, pushed.StatusCode));
        Assert.Contains("--disk-reserve-bytes", opened.Status.Detail);
        Assert.Empty(Directory.EnumerateFiles(_temp[$"data/runs/{run.RunId}"], "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task ResumeOffset_OfAPartialUpload_ReadsNoByteOfIt()
    {
        var reads = 0;
        var disk = new HookedDisk { BeforeRead = _ => Interlocked.Increment(ref reads) };
        using var folder = DataFolder.Open(_temp["data"], disk);
        await using var segments = new UpdateSegments(folder);
        var key = new UploadKey("r1", 1, "member", new string('a', 64));
        using (var upload = new UploadFiles(folder, segments).Open(key, [new() { Name = "delta", ByteLength = 10 * MiB }], [new(VectorEncodings.F32, 10 * MiB / 4)], startAnew: true))
        {
            upload.Append(new byte[(3 * MiB) + 5]);
        }

        Assert.Equal(3 * MiB, new UploadFiles(folder, segments).ResumeOffset(key, [new() { Name = "delta", ByteLength = 10 * MiB }]));
        Assert.Equal(0, reads);
    }
}
