using CsCheck;
using FedLearn.Coordinator.Operations.Limits;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Operations.Limits;

public sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Take_MoreThanTheBurst_WaitsForTheRate()
    {
        var bucket = new TokenBucket(perSecond: 4, most: 2, _time);

        Assert.Equal(TimeSpan.Zero, bucket.Take());
        Assert.Equal(TimeSpan.Zero, bucket.Take());
        Assert.Equal(TimeSpan.FromSeconds(0.25), bucket.Take());
        _time.Advance(TimeSpan.FromSeconds(0.25));
        Assert.Equal(TimeSpan.Zero, bucket.Take());
        Assert.False(bucket.IsFull);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(bucket.IsFull);
        Assert.Equal([0, 0, 1], Enumerable.Range(0, 3).Select(_ => bucket.Take() > TimeSpan.Zero ? 1 : 0));
    }

    [Fact]
    public void Take_AnyCourse_LetsThroughWhatBurstAndRateAllowAndWhoWaitsAsToldIsLetThrough() => Gen.Select(
        Gen.Double[1, 1000], Gen.Int[1, 50], Gen.Int[0, 2000].List[1, 200]).Sample((perSecond, most, pauses) =>
        {
            var time = new FakeTimeProvider();
            var bucket = new TokenBucket(perSecond, most, time);
            var (taken, elapsed) = (0, 0.0);
            foreach (var pause in pauses)
            {
                var wait = bucket.Take();
                if (wait > TimeSpan.Zero)
                {
                    var step = wait + TimeSpan.FromTicks(1); // A tick is the clock's smallest step.
                    time.Advance(step);
                    elapsed += step.TotalSeconds;
                    Assert.Equal(TimeSpan.Zero, bucket.Take());
                }

                taken++;
                Assert.True(taken <= most + (perSecond * elapsed) + 1e-6);
                time.Advance(TimeSpan.FromMilliseconds(pause));
                elapsed += pause / 1000.0;
            }
        });
}
