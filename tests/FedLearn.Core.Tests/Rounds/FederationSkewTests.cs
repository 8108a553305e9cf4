using CsCheck;
using FedLearn.Core.Rounds;

namespace FedLearn.Core.Tests.Rounds;

public class FederationSkewTests
{
    [Fact]
    public void Of_NoReports_IsNothing() => Assert.Null(FederationSkew.Of([]));

    [Fact]
    public void Of_EqualSets_HasNone() =>
        Assert.Equal(new FederationSkew(3, 30, 1, 0, 3, 0), FederationSkew.Of([new(10, [4, 6]), new(10, [4, 6]), new(10, [4, 6])]));

    [Fact]
    public void Of_ASetOfThreeSizes_IsTheClosedForm()
    {
        // Median 2. Gini: |1-2| + |1-6| + |2-6| = 10 twice, over 2 * 3 * 9.
        var skew = FederationSkew.Of([new(6), new(1), new(2)])!;

        Assert.Equal((3, 9, 3.0, 0, null), (skew.Clients, skew.Examples, skew.LargestOverMedian, skew.LabelClients, skew.LabelDistance));
        Assert.Equal(20.0 / 54, skew.Gini, 1e-12);
    }

    [Fact]
    public void Of_AnEvenNumberOfSets_TakesTheMiddleOfTheMiddleTwo() =>
        Assert.Equal(8 / 3.0, FederationSkew.Of([new(8), new(2), new(4), new(1)])!.LargestOverMedian, 1e-12);

    [Fact]
    public void Of_LabelsOfTheirOwn_AreAsFarAsCanBe()
    {
        // Each has half of all examples and one of the two labels: the union is (1/2, 1/2), the distance of each 1/2.
        Assert.Equal(0.5, FederationSkew.Of([new(10, [10]), new(10, [0, 10])])!.LabelDistance);

        // With sizes 1 and 3 the union is (1/4, 3/4): distances 3/4 and 1/4.
        Assert.Equal(0.5, FederationSkew.Of([new(1, [1, 0]), new(3, [0, 3])])!.LabelDistance);
    }

    [Fact]
    public void Of_SomeWithoutLabels_MeasuresLabelsAmongTheOthers()
    {
        var skew = FederationSkew.Of([new(10, [10, 0]), new(100), new(30, [0, 30])])!;

        Assert.Equal((3, 2), (skew.Clients, skew.LabelClients));
        Assert.Equal((0.75 + 0.25) / 2, skew.LabelDistance!.Value, 1e-12);
    }

    [Fact]
    public void Of_AnyReports_IsTheDoubleSumAndInItsBounds() =>
        Gen.Long[1, 1000].Array[1, 5].Array[1, 12].Sample(clients =>
        {
            var skew = FederationSkew.Of(clients.Select(c => new DataReport(c.Sum(), [.. c])))!;
            var sizes = clients.Select(c => (double)c.Sum()).ToArray();
            var doubleSum = sizes.Sum(a => sizes.Sum(b => Math.Abs(a - b)));
            Assert.Equal(doubleSum / (2 * sizes.Length * sizes.Sum()), skew.Gini, 1e-9);
            Assert.True(skew.LargestOverMedian >= 1);
            Assert.InRange(skew.LabelDistance!.Value, -1e-12, 1);
        });
}
