using CsCheck;
using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Sgd;
using FedLearn.Training.Tests.Models;

namespace FedLearn.Training.Tests.Sgd;

/// <summary>FedProx's proximal term and gradient clipping: by hand, against the rule in double, and where they must change nothing.</summary>
public class ProximalAndClippingTests
{
    private const string Line = """{"kind":"linear","inputs":1}""";
    private const string Perceptron = """{"kind":"mlp","inputs":12,"hidden":[9],"classes":3}""";
    private const string Lstm = """{"kind":"lstm","length":4,"classes":5,"embedding":3,"hidden":6}""";
    private const string Convolutional = """{"kind":"cnn","height":6,"width":6,"filters":[3],"kernel":3,"hidden":[7],"classes":3}""";

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Run_TwoProximalStepsByHand_PullBackToTheStart(int batchSize)
    {
        // One example x = 1, y = 0, start w = 2, b = 0: the loss (w+b)^2 has the gradient 2(w+b) in both. Step 1 has no distance to pull:
        // w = 2 - 0.1*4 = 1.6, b = -0.4. Step 2, mu = 0.5: g = 2*1.2 + 0.5*(-0.4) = 2.2 in both, so w = 1.38, b = -0.62.
        var settings = new ClientSettings { Epochs = 2, BatchSize = batchSize, LearningRate = 0.1, ProximalMu = 0.5 };

        var trained = Train(Line, DataSet.FromFloats([1], [0], 1, 0), [2, 0], settings);

        Assert.Equal(1.38f, trained[0], 1e-6f);
        Assert.Equal(-0.62f, trained[1], 1e-6f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Run_OneClippedStepByHand_GoesTheBoundsLength(int batchSize)
    {
        // The gradient is (4, 4), its norm 4*sqrt(2); clipped to 1 each is 1/sqrt(2), and weight decay comes after: 0.5*2 on w.
        var settings = new ClientSettings { BatchSize = batchSize, LearningRate = 0.1, MaxGradientNorm = 1, WeightDecay = 0.5 };

        var trained = Train(Line, DataSet.FromFloats([1], [0], 1, 0), [2, 0], settings);

        Assert.Equal(2 - (0.1 * ((1 / Math.Sqrt(2)) + 1)), trained[0], 1e-6);
        Assert.Equal(-0.1 / Math.Sqrt(2), trained[1], 1e-6);
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 0.9)]
    [InlineData(0, 0)]
    [InlineData(0, 0.9)]
    public void Run_WithAll_FollowsTheRuleInDouble(int batchSize, double momentum)
    {
        var model = Given.Model(Perceptron);
        var data = Given.Examples(model, 10, seed: 1);
        var start = Given.Parameters(model, 2);
        var settings = new ClientSettings
        {
            Epochs = 3,
            BatchSize = batchSize,
            LearningRate = 0.2,
            Momentum = momentum,
            WeightDecay = 0.01,
            ProximalMu = 0.7,
            MaxGradientNorm = 0.5,
        };
        var weights = Array.ConvertAll(start, p => (double)p);
        var velocity = new double[weights.Length];
        var order = new BatchOrder(10, 7, 1, "a");
        for (var epoch = 0; epoch < 3; epoch++)
        {
            foreach (var batch in order.NextEpoch().ToArray().Chunk(batchSize == 0 ? 10 : batchSize))
            {
                var gradient = ReferenceNetwork.Gradient(model, Array.ConvertAll(weights, w => (float)w), data.Select(batch));
                var factor = Math.Min(1, 0.5 / Math.Sqrt(gradient.Sum(g => g * g)));
                for (var i = 0; i < weights.Length; i++)
                {
                    velocity[i] = (momentum * velocity[i]) + (factor * gradient[i]) + (0.01 * weights[i]) + (0.7 * (weights[i] - start[i]));
                    weights[i] -= 0.2 * velocity[i];
                }
            }
        }

        var trained = Train(Perceptron, data, start, settings);
        Assert.All(weights.Index(), w => Assert.Equal(w.Item, trained[w.Index], 2e-5));
    }

    [Theory]
    [InlineData(Perceptron, 4, 0)]
    [InlineData(Perceptron, 4, 0.9)]
    [InlineData(Perceptron, 0, 0)]
    [InlineData(Convolutional, 4, 0)]
    [InlineData(Lstm, 4, 0)]
    [InlineData(Lstm, 0, 0)]
    public void Run_MuZeroAndABoundAboveTheNorm_GivesTheBitsOfNeither(string json, int batchSize, double momentum)
    {
        var model = Given.Model(json);
        var data = json == Lstm ? Given.Characters(model, 12, 1) : Given.Examples(model, 12, 1);
        var start = Given.Parameters(model, 2);
        var plain = new ClientSettings { Epochs = 3, BatchSize = batchSize, Momentum = momentum, WeightDecay = 0.01 };

        var expected = Train(json, data, start, plain);

        Assert.Equal(expected, Train(json, data, start, plain with { ProximalMu = 0, MaxGradientNorm = 1e6 }));
        Assert.NotEqual(expected, Train(json, data, start, plain with { MaxGradientNorm = 0.01 }));
        Assert.NotEqual(expected, Train(json, data, start, plain with { ProximalMu = 0.01 }));
    }

    [Fact]
    public void Run_TheLargerMu_StaysTheNearerToTheStart() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Double[0.1, 2]).Sample(
            (seed, mu) =>
            {
                var model = Given.Model(Perceptron);
                var data = Given.Examples(model, 20, seed);
                var start = Given.Parameters(model, seed);
                var settings = new ClientSettings { Epochs = 5, BatchSize = 5, LearningRate = 0.05 };
                double Way(double m) => Distance(start, Train(Perceptron, data, start, settings with { ProximalMu = m }));
                Assert.True(Way(2 * mu) < Way(mu) && Way(mu) < Way(0));
            },
            iter: 20);

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Sum());

    private static float[] Train(string json, DataSet data, float[] start, ClientSettings settings)
    {
        var sgd = new LocalSgd(Given.Model(json), data, start, Given.Job(settings));
        sgd.Run(TestContext.Current.CancellationToken);
        return sgd.Parameters.ToArray();
    }
}
