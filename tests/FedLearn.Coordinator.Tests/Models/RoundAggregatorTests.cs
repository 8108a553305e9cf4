using System.Runtime.InteropServices;
using CsCheck;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Tests.Models;

public sealed class RoundAggregatorTests : IDisposable
{
    private const int BlockElements = BlockDigest.BlockSize / sizeof(float);
    private readonly TempFolder _temp = new();
    private int _files;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Write_AnyThreadsAndFewOpenFiles_GivesTheBitsOfTheDefinition() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 9], Gen.OneOf(Gen.Int[1, 40], Gen.Int[BlockElements - 1, BlockElements + 1], Gen.Int[1, 3 * BlockElements]), Gen.Int[0, 20], Gen.Int).Sample(
            (threads, clients, elements, openFiles, seed) =>
            {
                var (model, updates, weights) = Round(clients, elements, seed);

                var (bytes, digest) = Aggregate(model, updates, weights, threads, openFiles, CancellationToken.None);

                Assert.Equal(ByDefinition(model, updates, weights), bytes);
                Assert.Equal(BlockDigest.Of(bytes), digest);
            },
            iter: 25,
            threads: 1);

    [Fact]
    public void Write_CancelledOnTheWay_GivesTheSameBitsWhenItIsDoneAgain()
    {
        var (model, updates, weights) = Round(clients: 5, elements: (6 * BlockElements) + 3, seed: 1);
        for (var cancelAfter = 1; cancelAfter < 40; cancelAfter += 6)
        {
            using var cancel = new CancellationTokenSource();
            var reads = 0;
            var disk = new HookedDisk
            {
                BeforeRead = _ =>
                {
                    if (Interlocked.Increment(ref reads) == cancelAfter)
                    {
                        cancel.Cancel();
                    }
                },
            };
            Assert.Throws<OperationCanceledException>(() => Aggregate(model, updates, weights, threads: 2, openFiles: 100, cancel.Token, disk));
        }

        Assert.Equal(ByDefinition(model, updates, weights), Aggregate(model, updates, weights, threads: 3, openFiles: 100, CancellationToken.None).Bytes);
    }

    [Fact]
    public void Write_DamagedByteInOneUpdate_NamesItWhateverTheThreads()
    {
        var (model, updates, weights) = Round(clients: 5, elements: 3 * BlockElements, seed: 2);
        for (var threads = 1; threads <= 4; threads++)
        {
            var disk = new HookedDisk();
            var failed = Assert.Throws<StoredDataException>(() => Aggregate(model, updates, weights, threads, openFiles: 3, CancellationToken.None, disk, damage: 3));
            Assert.Contains("u3.update", failed.Message);
        }
    }

    [Fact]
    public void Write_ManyUpdates_OpensNoMoreFilesAtOnceThanAllowed()
    {
        var (model, updates, weights) = Round(clients: 40, elements: 10, seed: 3);

        var (bytes, _) = Aggregate(model, updates, weights, threads: 2, openFiles: 4, CancellationToken.None);

        Assert.Equal(ByDefinition(model, updates, weights), bytes);
    }

    private (byte[] Bytes, byte[] Digest) Aggregate(
        float[] model, List<float[]> updates, List<double> weights, int threads, int openFiles, CancellationToken cancellationToken, IDisk? disk = null, int? damage = null)
    {
        disk ??= SystemDisk.Instance;
        var folder = _temp[$"{_files++}"];
        Directory.CreateDirectory(folder);
        using var files = new OpenFiles(disk, openFiles);
        using var baseVector = new VectorReader(SystemDisk.Instance, Store(folder, "base", model));
        var places = updates.Select((u, i) => Store(folder, $"u{i}", u)).ToList();
        if (damage is { } damaged)
        {
            var bytes = File.ReadAllBytes(places[damaged].Path);
            bytes[^1] ^= 4;
            File.WriteAllBytes(places[damaged].Path, bytes);
        }

        var aggregator = new RoundAggregator(
            baseVector,
            [.. places.Select((p, i) => new StoredUpdate(new VectorReader(files, p), new UpdateFacts(weights[i], Norm: 0)))],
            new FederatedAverage(),
            new ServerStep(new ServerSgd(0.7), []),
            threads);
        using var parameters = BlockVectorWriter.Create(SystemDisk.Instance, Path.Combine(folder, "new"), Path.Combine(folder, "new.blocks"), [], baseVector.ByteLength);
        using var writer = new VersionWriter(parameters, []);
        aggregator.Write(writer, cancellationToken);
        var digest = writer.Finish().Parameters;
        return (File.ReadAllBytes(Path.Combine(folder, "new")), digest);
    }

    private static VectorPlace Store(string folder, string name, float[] values)
    {
        var (path, list) = (Path.Combine(folder, $"{name}.update"), Path.Combine(folder, $"{name}.blocks"));
        using var writer = VectorWriter.Create(SystemDisk.Instance, path, list, []);
        writer.Append(MemoryMarshal.AsBytes(values.AsSpan()));
        writer.Finish();
        return new VectorPlace(path, 0, list, 0, values.Length * sizeof(float));
    }

    private static (float[] Model, List<float[]> Updates, List<double> Weights) Round(int clients, int elements, int seed)
    {
        var random = new Random(seed);
        return (Values(), [.. Enumerable.Range(0, clients).Select(_ => Values())], [.. Enumerable.Range(0, clients).Select(_ => (double)random.Next(1, 1000))]);

        float[] Values() => [.. Enumerable.Range(0, elements).Select(_ => (random.NextSingle() - 0.5f) * 3)];
    }

    /// <summary>One value after the other, client by client, in float64.</summary>
    private static byte[] ByDefinition(float[] model, List<float[]> updates, List<double> weights)
    {
        var total = weights.Sum();
        var result = new float[model.Length];
        for (var i = 0; i < model.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < updates.Count; k++)
            {
                sum = Math.FusedMultiplyAdd(updates[k][i], weights[k], sum);
            }

            result[i] = (float)(model[i] + (0.7 * (sum / total)));
        }

        return MemoryMarshal.AsBytes(result.AsSpan()).ToArray();
    }
}
