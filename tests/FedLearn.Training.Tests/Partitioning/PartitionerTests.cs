using CsCheck;
using FedLearn.Training.Partitioning;

namespace FedLearn.Training.Tests.Partitioning;

public class PartitionerTests
{
    public static TheoryData<string> Names => ["iid", "shards", "dirichlet", "quantity", "key"];

    private static readonly Gen<(int[] Labels, int Parts, int Seed)> Cases =
        from parts in Gen.Int[1, 12]
        from labels in Gen.Int[0, 14].Array[60, 300]
        from seed in Gen.Int[0, 1000]
        where labels.Distinct().Count() >= parts
        select (labels, parts, seed);

    [Theory]
    [MemberData(nameof(Names))]
    public void Split_AnyLabels_PutsEveryExampleInExactlyOnePart(string name) =>
        Cases.Sample(
            c =>
            {
                var parts = Make(name).Split(c.Labels, c.Parts, c.Seed);
                Assert.Equal(c.Parts, parts.Count);
                Assert.Equal(Enumerable.Range(0, c.Labels.Length), parts.SelectMany(p => p).Order());
                Assert.All(parts, p => Assert.Equal(p.Order(), p));
            },
            iter: 100);

    [Theory]
    [MemberData(nameof(Names))]
    public void Split_SameSeed_GivesTheSameParts(string name) =>
        Cases.Sample(c => Assert.Equal(Make(name).Split(c.Labels, c.Parts, c.Seed), Make(name).Split(c.Labels, c.Parts, c.Seed)), iter: 30);

    [Fact]
    public void Iid_Sizes_DifferByAtMostOne() =>
        Cases.Sample(
            c =>
            {
                var sizes = new IidPartitioner().Split(c.Labels, c.Parts, c.Seed).Select(p => p.Length).ToList();
                Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
            },
            iter: 50);

    [Fact]
    public void Shards_OfBalancedLabels_GiveMostClientsTwoLabels()
    {
        int[] labels = [.. Enumerable.Range(0, 6000).Select(i => i % 10)];

        var parts = new LabelShardsPartitioner().Split(labels, 10, seed: 3);

        Assert.All(parts, p => Assert.Equal(600, p.Length));
        Assert.All(parts, p => Assert.InRange(p.Select(i => labels[i]).Distinct().Count(), 1, 2));
    }

    [Fact]
    public void Dirichlet_SmallAlpha_IsMoreSkewedThanLarge()
    {
        int[] labels = [.. Enumerable.Range(0, 5000).Select(i => i % 10)];

        Assert.True(LargestShare(0.1) > 0.5, $"alpha 0.1: {LargestShare(0.1):p0}");
        Assert.True(LargestShare(1000) < 0.15, $"alpha 1000: {LargestShare(1000):p0}");

        double LargestShare(double alpha) => new DirichletPartitioner(alpha).Split(labels, 10, seed: 1)
            .Where(p => p.Length > 0)
            .Average(p => p.GroupBy(i => labels[i]).Max(g => g.Count()) / (double)p.Length);
    }

    [Fact]
    public void NaturalKey_AsManyPartsAsKeys_KeepsEachKeyTogether()
    {
        int[] keys = [.. Enumerable.Range(0, 200).Select(i => i * 7 % 5)];

        var parts = new NaturalKeyPartitioner().Split(keys, 5, seed: 2);

        Assert.All(parts, p => Assert.Single(p.Select(i => keys[i]).Distinct()));
    }

    private static IPartitioner Make(string name) => name switch
    {
        "iid" => new IidPartitioner(),
        "shards" => new LabelShardsPartitioner(),
        "dirichlet" => new DirichletPartitioner(0.5),
        "quantity" => new QuantitySkewPartitioner(1.0),
        "key" => new NaturalKeyPartitioner(),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
