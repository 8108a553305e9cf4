using FedLearn.Core.Aggregation;

namespace FedLearn.Core.Tests.Aggregation;

public class OrderedSumTests
{
    [Fact]
    public async Task Add_BlocksThatComeInAnyOrder_GivesTheBitsOfTheirOrder()
    {
        // Added in another order these give another sum: 1 is lost beside 1e16.
        double[] parts = [1e16, 1, -1e16, 1, 1e16, 1, -1e16, 1];
        var sum = new OrderedSum(1);

        var adding = parts.Select((part, block) => (part, block)).Reverse().Select(p => Start(() => sum.Add(p.block, [p.part]))).ToList();
        await Task.WhenAll(adding);

        Assert.Equal(parts.Aggregate(0.0, (total, part) => total + part), sum.Sums[0]);
    }

    [Fact]
    public async Task Abandon_WhileOthersWait_LetsThemGo()
    {
        var sum = new OrderedSum(1);
        var waiting = Start(() => sum.Add(1, [2]));

        sum.Abandon();

        await waiting;
        Assert.Equal(0, sum.Sums[0]);
    }

    private static Task Start(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
