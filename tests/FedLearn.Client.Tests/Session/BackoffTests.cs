using FedLearn.Client.Session;

namespace FedLearn.Client.Tests.Session;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(77)]
    public void Next_AttemptAfterAttempt_DoublesWithinTheJitterUpToTheCap(int seed)
    {
        var backoff = new Backoff(First, Most, seed);
        double[] longest = [1, 2, 4, 8, 16, 30, 30, 30];

        Assert.All(longest, seconds => Assert.InRange(backoff.Next().TotalSeconds, seconds / 2, seconds));
    }

    [Fact]
    public void Next_SameSeed_SameWaits_OtherSeed_Others()
    {
        Assert.Equal(Waits(5), Waits(5));
        Assert.NotEqual(Waits(5), Waits(6));
    }

    [Fact]
    public void Reset_AfterLongWaits_StartsShortAgain()
    {
        var backoff = new Backoff(First, Most, 1);
        _ = Enumerable.Range(0, 8).Select(_ => backoff.Next()).Last();

        backoff.Reset();

        Assert.InRange(backoff.Next(), First / 2, First);
    }

    private static List<TimeSpan> Waits(int seed)
    {
        var backoff = new Backoff(First, Most, seed);
        return [.. Enumerable.Range(0, 6).Select(_ => backoff.Next())];
    }
}
