using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests.Sgd;

/// <summary>A proximal term whose centre is not where training begins.</summary>
public class ProximalCentreTests
{
    private const string Line = """{"kind":"linear","inputs":1}""";

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Run_OneStepByHand_PullsTowardsTheCentre(int batchSize)
    {
        // x = 1, y = 0, start w = 2, b = 0: the gradient is 4 in both; the centre (1, 3) adds 0.5 * (2 - 1) and 0.5 * (0 - 3).
        var trained = Train(DataSet.FromFloats([1], [0], 1, 0), [2, 0], [1, 3], new() { BatchSize = batchSize, LearningRate = 0.1, ProximalMu = 0.5 });

        Assert.Equal(2 - (0.1 * 4.5), trained[0], 1e-6);
        Assert.Equal(-0.1 * 2.5, trained[1], 1e-6);
    }

    [Theory]
    [InlineData(0, 0.3)]
    [InlineData(0, 4)]
    [InlineData(2, 4)]
    public void Run_VeryManySteps_ReachTheMinimiserWithThePull(int batchSize, double lambda)
    {
        // x = a and x = -a with y = a t + s and -a t + s: the loss is a^2 (w - t)^2 + (b - s)^2, so the two do not mix.
        const float a = 2, t = -1, s = 0.5f;
        var data = DataSet.FromFloats([a, -a], [(a * t) + s, (-a * t) + s], 1, 0);

        var trained = Train(data, [7, -9], [3, 2], new() { Epochs = 5000, BatchSize = batchSize, LearningRate = 0.05, ProximalMu = lambda });

        Assert.Equal(((2 * a * a * t) + (lambda * 3)) / ((2 * a * a) + lambda), trained[0], 1e-5);
        Assert.Equal(((2 * s) + (lambda * 2)) / (2 + lambda), trained[1], 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Run_TheCentreIsTheStart_GivesTheBitsOfNone(int batchSize)
    {
        var (data, settings) = (DataSet.FromFloats([1, 2], [0, 1], 1, 0), new ClientSettings { Epochs = 3, BatchSize = batchSize, ProximalMu = 0.7 });

        Assert.Equal(Train(data, [2, 0], [], settings), Train(data, [2, 0], [2, 0], settings));
    }

    private static float[] Train(DataSet data, float[] start, float[] centre, ClientSettings settings)
    {
        var sgd = new LocalSgd(Given.Model(Line), data, start, Given.Job(settings) with { ProximalCentre = centre });
        sgd.Run(TestContext.Current.CancellationToken);
        return sgd.Parameters.ToArray();
    }
}
