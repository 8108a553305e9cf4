using System.Runtime.InteropServices;
using CsCheck;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Tests.Models;

public sealed class RoundAggregatorTests : IDisposable
{
    private const int BlockElements = BlockDigest.BlockSize / sizeof(float);
    private readonly TempFolder _temp = new();

    private static IAggregationRule Rule => new FederatedAverage();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Write_AnyThreadsAndFewOpenFiles_GivesTheBitsOfTheDefinition() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 9], Gen.OneOf(Gen.Int[1, 40], Gen.Int[BlockElements - 1, BlockElements + 1], Gen.Int[1, 3 * BlockElements]), Gen.Int[0, 20], Gen.Int).Sample(
            (threads, clients, elements, openFiles, seed) =>
            {
                var round = DiskRound.Random(clients, elements, seed);

                var (bytes, digest) = round.Aggregate(_temp, Rule, threads, openFiles);

                Assert.Equal(ByDefinition(round), bytes);
                Assert.Equal(BlockDigest.Of(bytes), digest);
            },
            iter: 25,
            threads: 1);

    [Fact]
    public void Write_CancelledOnTheWay_GivesTheSameBitsWhenItIsDoneAgain()
    {
        var round = DiskRound.Random(clients: 5, elements: (6 * BlockElements) + 3, seed: 1);
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
            Assert.Throws<OperationCanceledException>(() => round.Aggregate(_temp, Rule, threads: 2, disk: disk, cancellationToken: cancel.Token));
        }

        Assert.Equal(ByDefinition(round), round.Aggregate(_temp, Rule, threads: 3).Bytes);
    }

    [Fact]
    public void Write_DamagedByteInOneUpdate_NamesItWhateverTheThreads()
    {
        var round = DiskRound.Random(clients: 5, elements: 3 * BlockElements, seed: 2);
        for (var threads = 1; threads <= 4; threads++)
        {
            var failed = Assert.Throws<StoredDataException>(() => round.Aggregate(_temp, Rule, threads, openFiles: 3, damage: 3));
            Assert.Contains("u3.update", failed.Message);
        }
    }

    [Fact]
    public void Write_ManyUpdates_OpensNoMoreFilesAtOnceThanAllowed()
    {
        var round = DiskRound.Random(clients: 40, elements: 10, seed: 3);

        var (bytes, _) = round.Aggregate(_temp, Rule, threads: 2, openFiles: 4);

        Assert.Equal(ByDefinition(round), bytes);
    }

    /// <summary>One value after the other, client by client, in float64.</summary>
    private static byte[] ByDefinition(DiskRound round)
    {
        var (model, updates, weights) = round;
        var total = weights.Sum();
        var result = new float[model.Length];
        for (var i = 0; i < model.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < updates.Count; k++)
            {
                sum = Math.FusedMultiplyAdd(updates[k][i], weights[k], sum);
            }

            result[i] = (float)(model[i] + (DiskRound.ServerLearningRate * (sum / total)));
        }

        return MemoryMarshal.AsBytes(result.AsSpan()).ToArray();
    }
}
