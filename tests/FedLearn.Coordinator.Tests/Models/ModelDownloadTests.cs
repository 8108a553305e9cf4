using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Models;

public sealed class ModelDownloadTests
{
    private const int FirstByteOfHeader = 8;

    [Fact]
    public async Task Download_VersionAsWritten_IsItsFile()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var run = (await coordinator.CreateRunAsync(TestCoordinator.Spec(elements: 3))).RunId;

        Assert.Equal(await File.ReadAllBytesAsync(FileOf(coordinator, run)), await DownloadAsync(coordinator, run));
    }

    [Theory]
    [InlineData(3)] // '{"__': a name of the metadata
    [InlineData(120)] // somewhere among metadata and tensors
    public async Task Download_DamagedHeader_IsDataLossAndNamesTheVersion(int at)
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var run = (await coordinator.CreateRunAsync(TestCoordinator.Spec(elements: 3))).RunId;
        await using (var file = File.OpenWrite(FileOf(coordinator, run)))
        {
            file.Position = FirstByteOfHeader + at;
            file.WriteByte((byte)'~');
        }

        var refused = await Assert.ThrowsAsync<RpcException>(() => DownloadAsync(coordinator, run));

        Assert.Equal(StatusCode.DataLoss, refused.StatusCode);
        Assert.Contains($"the header of the file of version 0 of run {run}", refused.Status.Detail, StringComparison.Ordinal);
    }

    private static string FileOf(TestCoordinator coordinator, string run) => Path.Combine(coordinator.Folder, "runs", run, "versions", "000000.safetensors");

    private static async Task<byte[]> DownloadAsync(TestCoordinator coordinator, string run)
    {
        using var call = coordinator.Runs.DownloadModel(new DownloadModelRequest { RunId = run }, coordinator.Operator);
        var bytes = new MemoryStream();
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
        {
            reply.Chunk?.Data.WriteTo(bytes);
        }

        return bytes.ToArray();
    }
}
