using System.Runtime.InteropServices;
using CsCheck;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Models;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Tests.Models;

/// <summary>The server optimizer's vectors, from version to version through the disk.</summary>
public sealed class ServerStateTests : IDisposable
{
    private const int BlockElements = BlockDigest.BlockSize / sizeof(float);
    private readonly TempFolder _temp = new();
    private int _folders;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Rounds_AnyOptimizerSizeAndThreads_GiveTheBitsOfStepsInMemory() =>
        Gen.Select(Gen.OneOf("sgd", "adagrad", "adam", "yogi"), Gen.Int[1, 5], Gen.OneOf(Gen.Int[1, 40], Gen.Int[BlockElements - 1, BlockElements + 9]), Gen.Int).Sample(
            (optimizer, threads, elements, seed) =>
            {
                var server = ServerOptimizers.Of(new StrategySpec { Optimizer = optimizer, ServerMomentum = optimizer == "sgd" ? 0.9 : 0, ServerLearningRate = 0.1 });
                var (model, deltas) = (Values(seed, elements), Enumerable.Range(1, 6).Select(i => Values(seed + i, elements)).ToArray());

                var (bytes, digest) = OnDisk(server, model, deltas, threads);

                Assert.Equal(InMemory(server, model, deltas), bytes);
                Assert.Equal(BlockDigest.Of(bytes), digest);
            },
            iter: 8,
            threads: 1);

    [Fact]
    public void OpenState_AnotherVersionsFiles_AreNamed()
    {
        using var folder = DataFolder.Open(_temp["data"]);
        var (versions, server, manifest) = (new VersionFiles(folder), new FedAvgM(1, 0.5), ManifestOf(3));
        var first = versions.Write("r", 1, 1, [], manifest, server.State, w => w.Write(0, [1, 2, 3], [4, 5, 6]));
        versions.Write("r", 2, 2, [], manifest, server.State, w => w.Write(0, [1, 2, 3], [4, 5, 7]));
        foreach (var end in (string[])["safetensors", "blocks"])
        {
            File.Copy(_temp[$"data/runs/r/versions/000002.m.{end}"], _temp[$"data/runs/r/versions/000001.m.{end}"], overwrite: true);
        }

        using var files = new OpenFiles(folder.Disk, 8);
        Assert.Contains("000001.m.blocks", Assert.Throws<StoredDataException>(() => versions.OpenState(first, server.State, files)).Message);
        Assert.Contains("expected [m, v]", Assert.Throws<StoredDataException>(() => versions.OpenState(first, new FedAdam(default, 0).State, files)).Message);
    }

    /// <summary>Three rounds of two updates, every version read back from files that are opened anew.</summary>
    private (byte[] Bytes, byte[] Digest) OnDisk(IServerOptimizer server, float[] model, float[][] deltas, int threads)
    {
        using var folder = DataFolder.Open(_temp[$"d{_folders++}"]);
        var manifest = ManifestOf(model.Length);
        var version = new VersionFiles(folder).Write("r", 0, 0, [], manifest, [], w => WriteAll(w.Parameters, model));
        for (var round = 0; round < 3; round++)
        {
            var versions = new VersionFiles(folder);
            using var files = new OpenFiles(folder.Disk, 100);
            using var baseVector = versions.OpenVector(version);
            var updates = deltas.Skip(2 * round).Take(2).Select((d, k) => new StoredUpdate(new(Store(folder, files, $"{round}.{k}", d), new("delta", VectorEncodings.F32, d.Length)), new UpdateFacts(k + 1, Norm: 0)));
            var aggregator = new RoundAggregator(
                baseVector, [.. updates], new FederatedAverage(), new ServerStep(server, versions.OpenState(version, server.State, files)), threads);
            version = versions.Write("r", round + 1, round + 1, version.Digest, manifest, server.State, w => aggregator.Write(w, CancellationToken.None));
        }

        var file = File.ReadAllBytes(folder.VersionFile("r", 3));
        return (file[^(model.Length * sizeof(float))..], version.Digest);
    }

    private static byte[] InMemory(IServerOptimizer server, float[] model, float[][] deltas)
    {
        var (parameters, aggregate) = (model.ToArray(), new double[model.Length]);
        var state = server.State.SelectMany(s => Enumerable.Repeat(s.Start, model.Length)).ToArray();
        for (var round = 0; round < 3; round++)
        {
            new MemoryUpdates([deltas[2 * round], deltas[(2 * round) + 1]], [1, 2]).Aggregate(new FederatedAverage(), aggregate);
            server.Step(parameters, aggregate, state, parameters);
        }

        return MemoryMarshal.AsBytes(parameters.AsSpan()).ToArray();
    }

    private static VectorReader Store(DataFolder folder, OpenFiles files, string name, float[] values)
    {
        var (path, list) = (Path.Combine(folder.Root, $"{name}.update"), Path.Combine(folder.Root, $"{name}.blocks"));
        using var writer = VectorWriter.Create(SystemDisk.Instance, path, list, []);
        writer.Append(MemoryMarshal.AsBytes(values.AsSpan()));
        writer.Finish();
        return new VectorReader(files, new VectorPlace(path, 0, list, 0, values.Length * sizeof(float)));
    }

    private static void WriteAll(BlockVectorWriter writer, float[] values)
    {
        for (var block = 0; block < writer.BlockCount; block++)
        {
            writer.Write(block, MemoryMarshal.AsBytes(values.AsSpan(block * BlockElements, writer.LengthOf(block) / sizeof(float))));
        }
    }

    private static ModelManifest ManifestOf(int elements) => new([new TensorSpec("w", [elements], InitRule.Zeros)]);

    private static float[] Values(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 3)];
    }
}
