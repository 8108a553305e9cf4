using FedLearn.Core.Specs;
using FedLearn.Training.Sgd;
using FedLearn.Training.Tests.Models;

namespace FedLearn.Training.Tests.Sgd;

/// <summary>Steps of a perceptron: their rule, their bits, and what they allocate.</summary>
public class SgdStepTests
{
    private const string Perceptron = """{"kind":"mlp","inputs":12,"hidden":[9],"classes":3}""";

    [Theory]
    [InlineData(4, 0, 0)]
    [InlineData(4, 0, 0.1)]
    [InlineData(4, 0.9, 0.01)]
    [InlineData(0, 0, 0.1)]
    [InlineData(0, 0.9, 0.01)]
    [InlineData(200, 0.5, 0)]
    public void Run_WithMomentumAndDecay_FollowsPyTorchsRule(int batchSize, double momentum, double decay)
    {
        var model = Given.Model(Perceptron);
        var data = Given.Examples(model, 10, seed: 1);
        var settings = new ClientSettings
        {
            Epochs = 3,
            BatchSize = batchSize,
            LearningRate = 0.4,
            LearningRateDecay = 0.5,
            Momentum = momentum,
            WeightDecay = decay,
        };
        var start = Given.Parameters(model, 2);
        var sgd = new LocalSgd(model, data, start, Given.Job(settings, round: 2));
        sgd.Run(TestContext.Current.CancellationToken);

        // The rule in double, its gradients by finite differences, over the same batches; 0.4 * 0.5 is round 2's rate.
        var weights = Array.ConvertAll(start, p => (double)p);
        var velocity = new double[weights.Length];
        var order = new BatchOrder(10, 7, 2, "a");
        for (var epoch = 0; epoch < 3; epoch++)
        {
            foreach (var batch in order.NextEpoch().ToArray().Chunk(batchSize == 0 ? 10 : batchSize))
            {
                var gradient = ReferenceNetwork.Gradient(model, Array.ConvertAll(weights, w => (float)w), data.Select(batch));
                for (var i = 0; i < weights.Length; i++)
                {
                    velocity[i] = (momentum * velocity[i]) + gradient[i] + (decay * weights[i]);
                    weights[i] -= 0.2 * velocity[i];
                }
            }
        }

        for (var i = 0; i < weights.Length; i++)
        {
            Assert.Equal(weights[i], sgd.Parameters[i], 2e-5);
        }
    }

    [Fact]
    public void Run_OfTheSameSeedRoundAndClient_GivesTheSameBits()
    {
        Assert.Equal(Train(round: 1, "a"), Train(round: 1, "a"));
        Assert.NotEqual(Train(round: 1, "a"), Train(round: 2, "a"));
        Assert.NotEqual(Train(round: 1, "a"), Train(round: 1, "b"));
    }

    [Theory]
    [InlineData(8, 0.0, 0)]
    [InlineData(8, 0.9, 0)]
    [InlineData(0, 0.0, 0)]
    [InlineData(8, 0.0, 0.3)]
    [InlineData(8, 0.9, 0.3)]
    [InlineData(0, 0.9, 0.3)]
    public void Run_OfManySteps_AllocatesNoMoreThanOfFew(int batchSize, double momentum, double boundAndMu)
    {
        var model = Given.Model(Perceptron);
        var data = Given.Examples(model, 300, seed: 1);
        long Allocated(int epochs)
        {
            var settings = new ClientSettings { Epochs = epochs, BatchSize = batchSize, Momentum = momentum, MaxGradientNorm = boundAndMu, ProximalMu = boundAndMu };
            var sgd = new LocalSgd(model, data, Given.Parameters(model, 2), Given.Job(settings));
            var before = GC.GetAllocatedBytesForCurrentThread();
            sgd.Run(CancellationToken.None);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(2);
        Assert.Equal(Allocated(2), Allocated(40));
    }

    private static float[] Train(int round, string client)
    {
        var model = Given.Model(Perceptron);
        var sgd = new LocalSgd(model, Given.Examples(model, 64, 1), Given.Parameters(model, 2), Given.Job(new() { BatchSize = 8 }, round, client));
        sgd.Run(TestContext.Current.CancellationToken);
        return sgd.Parameters.ToArray();
    }
}
