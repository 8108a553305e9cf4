using FedLearn.Client.Training;
using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests.Sgd;

public class LocalSgdTests
{
    private const string Linear = """{"kind":"linear","inputs":1}""";
    private const string Softmax = """{"kind":"softmax","inputs":20,"classes":4}""";

    /// <summary>Two steps on the one example x = 2, y = 1 from w = 0.5, b = 0.25, in float64 by PyTorch's update rule.</summary>
    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, 0.9, 0)]
    [InlineData(1, 0, 0.1)]
    [InlineData(1, 0.9, 0.1)]
    [InlineData(0, 0.9, 0.1)]
    public void Run_TwoSteps_FollowTheUpdateRuleByHand(int batchSize, double momentum, double decay)
    {
        var settings = new ClientSettings { Epochs = 2, BatchSize = batchSize, LearningRate = 0.1, Momentum = momentum, WeightDecay = decay };
        var sgd = new LocalSgd(Given.Model(Linear), DataSet.FromFloats([2], [1], 1, 0), [0.5f, 0.25f], Given.Job(settings));

        Assert.Equal(2, sgd.Run(TestContext.Current.CancellationToken).Steps);

        double w = 0.5, b = 0.25, vw = 0, vb = 0;
        for (var step = 0; step < 2; step++)
        {
            // Mean squared error (w*x + b - y)^2, whose derivative carries the factor 2.
            var error = 2 * ((w * 2) + b - 1);
            vw = (momentum * vw) + (error * 2) + (decay * w);
            vb = (momentum * vb) + error + (decay * b);
            w -= 0.1 * vw;
            b -= 0.1 * vb;
        }

        Assert.Equal(w, sgd.Parameters[0], 1e-6);
        Assert.Equal(b, sgd.Parameters[1], 1e-6);
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(0, 20)]
    [InlineData(100, 20)]
    public void Run_LimitInSteps_StopsThere(long maxSteps, long expected)
    {
        var outcome = Train(new ClientSettings { Epochs = 2, BatchSize = 10, MaxSteps = maxSteps });

        Assert.Equal(expected, outcome.Steps);
    }

    [Fact]
    public void Run_LimitInSeconds_StopsAfterTheStepThatReachesIt()
    {
        var outcome = Train(new ClientSettings { Epochs = 2, BatchSize = 10, MaxSeconds = 3 }, new SecondPerReading());

        Assert.Equal(3, outcome.Steps);
    }

    [Fact]
    public void Run_LearningRateZero_ChangesNothing()
    {
        var model = Given.Model(Softmax);
        var start = Given.Parameters(model, 1);
        var sgd = new LocalSgd(model, Given.Examples(model, 50, 1), start, Given.Job(new ClientSettings { BatchSize = 7, LearningRate = 0, Momentum = 0.5 }));
        sgd.Run(TestContext.Current.CancellationToken);

        Assert.Equal(start, sgd.Parameters.ToArray());
    }

    [Fact]
    public void Order_OfBatches_DependsOnSeedRoundAndClientOnly()
    {
        Assert.Equal(Order(1, 1, "a"), Order(1, 1, "a"));
        Assert.NotEqual(Order(1, 1, "a"), Order(2, 1, "a"));
        Assert.NotEqual(Order(1, 1, "a"), Order(1, 2, "a"));
        Assert.NotEqual(Order(1, 1, "a"), Order(1, 1, "b"));
        Assert.Equal(Enumerable.Range(0, 100), Order(1, 1, "a").Order());

        static int[] Order(long seed, int round, string client) => new BatchOrder(100, seed, round, client).NextEpoch().ToArray();
    }

    [Fact]
    public void Progress_PerEpoch_CountsEpochsAndSteps()
    {
        var seen = new List<FitProgress>();
        var model = Given.Model(Softmax);
        var job = Given.Job(new ClientSettings { Epochs = 3, BatchSize = 10 }) with { Progress = new Collect(seen) };
        new LocalSgd(model, Given.Examples(model, 100, 1), Given.Parameters(model, 1), job).Run(TestContext.Current.CancellationToken);

        Assert.Equal([(1, 3, 10L), (2, 3, 20L), (3, 3, 30L)], seen.Select(p => (p.Epoch, p.Epochs, p.Step)));
        Assert.True(seen[2].Loss < seen[0].Loss);
    }

    private static SgdOutcome Train(ClientSettings settings, TimeProvider? time = null)
    {
        var model = Given.Model(Softmax);
        var job = Given.Job(settings) with { Time = time ?? TimeProvider.System };
        return new LocalSgd(model, Given.Examples(model, 100, 1), Given.Parameters(model, 1), job).Run(TestContext.Current.CancellationToken);
    }

    private sealed class Collect(List<FitProgress> seen) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => seen.Add(value);
    }

    /// <summary>A clock on which a second passes between any two readings.</summary>
    private sealed class SecondPerReading : TimeProvider
    {
        private long _reading;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _reading++;
    }
}
