using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Tests.Models;

/// <summary>Every rule over several blocks on disk; what it computes is tested in memory (FedLearn.Core.Tests).</summary>
public sealed class RobustRulesOnDiskTests : IDisposable
{
    private const int Clients = 7;
    private readonly TempFolder _temp = new();

    public static TheoryData<string> Kinds => [.. StrategyKinds.All.Select(k => k.Name)];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_AnyThreads_GivesTheBitsOfTheSameUpdatesInMemory(string kind)
    {
        var round = DiskRound.Random(Clients, (3 * UpdatePieces.Block) + 1029, seed: 5);

        var expected = InMemory(round, RuleOf(kind));

        for (var threads = 1; threads <= 4; threads += 3)
        {
            Assert.Equal(expected, round.Aggregate(_temp, RuleOf(kind), threads).Bytes);
        }
    }

    // More than 256 updates leave each less than two stripes: the pieces are the shortest there are.
    [Theory]
    [InlineData("median")]
    [InlineData("multiKrum")]
    [InlineData("geometricMedian")]
    public void Write_ManyUpdates_GivesTheBitsOfTheSameUpdatesInMemory(string kind)
    {
        var round = DiskRound.Random(clients: 300, elements: 2 * UpdatePieces.Stripe, seed: 6);

        Assert.Equal(InMemory(round, RuleOf(kind)), round.Aggregate(_temp, RuleOf(kind), threads: 2, openFiles: 50).Bytes);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_DamagedByteInOneUpdate_NamesItWhateverTheThreads(string kind)
    {
        var round = DiskRound.Random(Clients, 3 * UpdatePieces.Block, seed: 7);
        for (var threads = 1; threads <= 4; threads += 3)
        {
            var failed = Assert.Throws<StoredDataException>(() => round.Aggregate(_temp, RuleOf(kind), threads, damage: 3));
            Assert.Contains("u3.update", failed.Message);
        }
    }

    [Fact]
    public void Write_CancelledInAPass_EndsAndLeavesNobodyWaiting()
    {
        var round = DiskRound.Random(Clients, 6 * UpdatePieces.Block, seed: 8);
        for (var cancelAfter = 1; cancelAfter < 60; cancelAfter += 15)
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
            Assert.Throws<OperationCanceledException>(() => round.Aggregate(_temp, RuleOf("bulyan"), threads: 3, disk: disk, cancellationToken: cancel.Token));
        }
    }

    private static IAggregationRule RuleOf(string kind) => StrategyKinds.RuleOf(new StrategySpec { Kind = kind, Byzantine = 1, ClipNorm = 100 });

    private static byte[] InMemory(DiskRound round, IAggregationRule rule)
    {
        var aggregate = new double[round.Model.Length];
        new MemoryUpdates([.. round.Updates.Select(u => (ReadOnlyMemory<float>)u)], round.Weights).Aggregate(rule, aggregate);
        var parameters = new float[round.Model.Length];
        new ServerSgd(DiskRound.ServerLearningRate).Step(round.Model, aggregate, [], parameters);
        return MemoryMarshal.AsBytes(parameters.AsSpan()).ToArray();
    }
}
