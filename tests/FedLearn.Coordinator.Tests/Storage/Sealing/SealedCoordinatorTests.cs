using System.Runtime.InteropServices;
using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Storage.Sealing;

/// <summary>A coordinator with a storage key, from outside: every value that it was ever given is looked for on its disk.</summary>
public sealed class SealedCoordinatorTests : IDisposable
{
    private const int Large = 1_000_000;
    private readonly TempFolder _temp = new();

    private string Data => _temp["data"];

    private string Key => _temp["storage.key"];

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Theory]
    [InlineData(3000)]
    [InlineData(Large)]
    public async Task Run_WithKeptUpdatesAndAPartialUpload_LeavesNoValueOnTheDisk(int elements)
    {
        var (initial, first, second) = (Values(elements, 1), Values(elements, 2), Values(elements, 3));
        await using var coordinator = await StartAsync();
        var runId = await CreateAsync(coordinator, elements, initial);
        using var client = await coordinator.JoinAsync("a");
        await client.WatchAsync();
        var fit = await client.NextFitAsync();
        await client.PushAsync(HeaderOf(fit, elements, first), first);
        var next = HeaderOf(await client.NextFitAsync(), elements, second);
        var opened = await client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = next }, client.Headers);
        using (var call = client.Calls.PushUpdate(client.Headers))
        {
            await call.RequestStream.WriteAsync(new PushUpdateRequest { Resume = opened.Upload });
            await TestClient.SendChunksAsync(call.RequestStream, second, 0, second.Length * 3, 100_003);
        }

        await coordinator.RestartAsync();

        float[] expected = [.. initial.Zip(first, (a, b) => a + b)];
        await client.WatchAsync();
        Assert.Equal(expected, await client.GetModelAsync(runId, 1));
        Assert.Empty(FilesHolding(initial));
        Assert.Empty(FilesHolding(first));
        Assert.Empty(FilesHolding(second));
        Assert.Empty(FilesHolding(expected));

        var again = await client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = next }, client.Headers);
        Assert.InRange(again.Upload.Offset, 0, elements == Large ? 2 << 20 : 0);
        await client.PushAsync(next, second);
        await client.RunOverAsync();
        var last = await client.GetModelAsync(runId, 2);
        Assert.All(Enumerable.Range(0, elements), i => Assert.Equal(expected[i] + (0.5 * first[i]) + second[i], last[i], 1e-5));
    }

    /// <summary>The search itself finds what is there, of every kind of file.</summary>
    [Fact]
    public async Task Run_WithoutAKey_LeavesItsValuesOnTheDisk()
    {
        await using var coordinator = await TestCoordinator.StartAsync(Data, o => o with { KeepUpdates = true });
        var first = Values(Large, 2);
        await CreateAsync(coordinator, Large, Values(Large, 1));
        using var client = await coordinator.JoinAsync("a");
        await client.WatchAsync();
        await client.PushAsync(HeaderOf(await client.NextFitAsync(), Large, first), first);
        await client.NextFitAsync();

        Assert.Contains(FilesHolding(first), f => f.EndsWith(".update", StringComparison.Ordinal));
        Assert.Contains(FilesHolding(Values(Large, 1)), f => f.EndsWith("000000.safetensors", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("000000.safetensors", 20)]
    [InlineData("000000.safetensors", 300)]
    [InlineData("000000.safetensors", 2_000_000)]
    [InlineData("000000.safetensors", -1)]
    [InlineData("000000.blocks", 40)]
    [InlineData("000000.blocks", 64 + 76 + 30)]
    public async Task Download_ByteChanged_IsDataLossAndNamesTheFile(string name, int at)
    {
        await using var coordinator = await StartAsync();
        var runId = await CreateAsync(coordinator, Large, Values(Large, 1));
        using var client = await coordinator.JoinAsync("a");
        await client.WatchAsync();
        var path = Path.Combine(Data, "runs", runId, "versions", name);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        var refused = await Assert.ThrowsAsync<RpcException>(() => client.GetModelAsync(runId, 0));

        Assert.Equal(StatusCode.DataLoss, refused.StatusCode);
        Assert.Contains($"{name} is damaged", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_OfASealedFolder_OpensWithTheKeyAlone_AndItsRunVerifies()
    {
        var (initial, first) = (Values(3000, 1), Values(3000, 2));
        string runId;
        await using (var coordinator = await StartAsync())
        {
            runId = await CreateAsync(coordinator, 3000, initial);
            using var client = await coordinator.JoinAsync("a");
            await client.WatchAsync();
            await client.PushAsync(HeaderOf(await client.NextFitAsync(), 3000, first), first);
            await client.NextFitAsync();
            Backup.Create(Data, _temp["backup"]);
            List<string> report = [];
            Assert.Equal((0, ""), (RunVerification.Verify(Data, Key, runId, null, report.Add, TestContext.Current.CancellationToken), string.Join('\n', report.Where(l => l.Contains("NOT", StringComparison.Ordinal)))));
            Assert.Contains("1 of them computed again", report[^1], StringComparison.Ordinal);
        }

        Backup.Restore(_temp["backup"], _temp["restored"]);

        Assert.Contains("--storage-key-file", (await Assert.ThrowsAsync<StartupException>(() => TestCoordinator.StartAsync(_temp["restored"]))).Message, StringComparison.Ordinal);
        await using var restored = await TestCoordinator.StartAsync(_temp["restored"], o => o with { StorageKeyFile = Key });
        using var returned = await restored.JoinAsync("b");
        await returned.WatchAsync();
        Assert.Equal(initial.Zip(first, (a, b) => a + b), await returned.GetModelAsync(runId, 1));
    }

    private Task<TestCoordinator> StartAsync() => TestCoordinator.StartAsync(Data, o => o with { StorageKeyFile = Key, KeepUpdates = true });

    private static RunSpec Spec(int elements) => RunSpecParser.Parse(SpecJson(elements)).Spec!;

    private static string SpecJson(int elements) =>
        TestCoordinator.Spec(elements, more: """ "stop": { "rounds": 2 }, "evaluation": { "everyRounds": 0 }, "strategy": { "serverMomentum": 0.5 }, """);

    private static UpdateHeader HeaderOf(FitAssignment fit, int elements, float[] delta) => TestClient.Header(fit, Spec(elements).Model.Manifest.Hash, delta, 5);

    private static float[] Values(int elements, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, elements).Select(_ => (float)random.NextDouble())];
    }

    private static async Task<string> CreateAsync(TestCoordinator coordinator, int elements, float[] initial)
    {
        byte[] file = [.. Safetensors.WriteHeader(Spec(elements).Model.Manifest, new Dictionary<string, string>()), .. MemoryMarshal.AsBytes(initial.AsSpan())];
        using var call = coordinator.Runs.CreateRun(coordinator.Operator);
        await call.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = SpecJson(elements) });
        for (var at = 0; at < file.Length; at += 1 << 20)
        {
            var data = ByteString.CopyFrom(file, at, Math.Min(1 << 20, file.Length - at));
            await call.RequestStream.WriteAsync(new CreateRunRequest { Initial = new Chunk { Offset = at, Data = data } });
        }

        await call.RequestStream.CompleteAsync();
        return (await call).Run.RunId;
    }

    /// <summary>The files that hold two values of a vector next to each other, at any of many places of it, byte by byte.</summary>
    private List<string> FilesHolding(float[] values)
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        var patterns = Enumerable.Range(0, 100).Select(i => i * (values.Length - 2) / 100 * sizeof(float)).ToList();
        return [.. Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories).Where(p => !p.EndsWith(".lock", StringComparison.Ordinal)).Where(path =>
        {
            using var open = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[open.Length];
            open.ReadExactly(content);
            return patterns.Exists(at => content.AsSpan().IndexOf(bytes.AsSpan(at, 2 * sizeof(float))) >= 0);
        })];
    }
}
