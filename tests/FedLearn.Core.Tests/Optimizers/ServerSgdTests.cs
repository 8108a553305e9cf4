using CsCheck;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Tests.Aggregation;

namespace FedLearn.Core.Tests.Optimizers;

public class ServerSgdTests
{
    [Fact]
    public void Step_RateOne_IsTheWeightedMeanOfTheClientsParameters() =>
        (from size in Gen.Int[0, 40]
         from start in Gen.Float[-10, 10].Array[size]
         from parameters in Gen.Float[-10, 10].Array[size].Array[1, 10]
         from examples in Gen.Long[1, 10_000].Array[parameters.Length]
         select (start, parameters, examples)).Sample(
            (start, parameters, examples) =>
            {
                var deltas = parameters.Select(p => p.Zip(start, (x, s) => x - s).ToArray()).ToArray();

                var next = OneRound.Of(new ServerSgd(1), start, WeightedMeanTests.MeanOf(deltas, examples)).Next;

                for (var i = 0; i < next.Length; i++)
                {
                    var mean = parameters.Zip(examples, (p, n) => (double)p[i] * n).Sum() / examples.Sum();

                    // A delta up to 20 is rounded by at most 2^-20, the result up to 10 by at most 2^-21.
                    Assert.Equal(mean, next[i], Math.Pow(2, -20) + Math.Pow(2, -21));
                }
            },
            iter: 500);

    [Fact]
    public void Step_AnyRate_MovesByRateTimesDelta() =>
        Assert.Equal([1.125f, 1, 3], OneRound.Of(new ServerSgd(0.25), [1, 2, 3], [0.5, -4, 0]).Next);

    [Fact]
    public void Step_OntoItsOwnBase_IsTheSame()
    {
        float[] block = [1, 2, 3];
        new ServerSgd(2).Step(block, [1, 1, 1], [], block);
        Assert.Equal([3, 4, 5], block);
    }
}
