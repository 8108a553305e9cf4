using FedLearn.Training.Partitioning;

namespace FedLearn.Training.Tests.Partitioning;

public class QuantitySkewPartitionerTests
{
    [Fact]
    public void Quantity_OfSigma_SpreadsSizesOnly()
    {
        var labels = Labels(20000);
        var split = new QuantitySkewPartitioner(1).Split(labels, 20, 3);
        Assert.True(split.Max(p => p.Length) > 5 * split.Min(p => p.Length));
        Assert.All(split.Where(p => p.Length > 500), p => Assert.True(p.GroupBy(i => labels[i]).Max(g => g.Count()) < 0.15 * p.Length));
        Assert.All(new QuantitySkewPartitioner(0).Split(labels, 20, 3), p => Assert.Equal(1000, p.Length));
    }

    private static int[] Labels(int count) => [.. Enumerable.Range(0, count).Select(i => (i * 7919) % 10)];
}
