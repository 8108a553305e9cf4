using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests.Sgd;

/// <summary>Training a convolutional network: its bits, what it allocates, and that it learns.</summary>
public class ConvSgdTests
{
    private const string Small = """{"kind":"cnn","height":8,"width":8,"filters":[6,8],"kernel":3,"hidden":[600],"classes":3}""";

    [Theory]
    [InlineData(8, 0.0)]
    [InlineData(8, 0.9)]
    [InlineData(0, 0.0)]
    public void Run_WithAnyNumberOfThreads_GivesTheSameBits(int batchSize, double momentum)
    {
        var settings = new ClientSettings { Epochs = 3, BatchSize = batchSize, Momentum = momentum, WeightDecay = 0.01 };
        var one = Train(settings, threads: 1);
        Assert.Equal(one, Train(settings, threads: 1));
        Assert.Equal(one, Train(settings, threads: 2));
        Assert.Equal(one, Train(settings, threads: 5));
        Assert.NotEqual(one, Train(settings, threads: 1, round: 2));
    }

    [Theory]
    [InlineData(8, 0.0, 1)]
    [InlineData(8, 0.9, 1)]
    [InlineData(0, 0.0, 1)]
    [InlineData(8, 0.0, 2)]
    public void Run_OfManySteps_AllocatesNoMoreThanOfFew(int batchSize, double momentum, int threads)
    {
        var model = Given.Model(Small);
        var data = Given.Examples(model, 64, seed: 1);
        long Allocated(int epochs)
        {
            var settings = new ClientSettings { Epochs = epochs, BatchSize = batchSize, Momentum = momentum, LearningRate = 0.01 };
            var sgd = new LocalSgd(model, data, Given.Parameters(model, 2), Given.Job(settings) with { Threads = threads });
            var before = GC.GetAllocatedBytesForCurrentThread();
            sgd.Run(CancellationToken.None);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(10);

        // What the runtime does beside the steps (tiers of code, the pool's queue) happens now and then; no object is smaller than 24 bytes,
        // and what each step allocates it allocates every time.
        long Least(int epochs) => Enumerable.Range(0, 4).Min(_ => Allocated(epochs));
        var extraSteps = 38 * (batchSize == 0 ? 1 : 64 / batchSize);
        Assert.InRange(Least(40) - Least(2), long.MinValue, (extraSteps * 24) - 1);
    }

    [Fact]
    public void Run_OnDigits_Learns()
    {
        using DigitsRecordSource train = new(new() { Count = 400 }), test = new(new() { Count = 200, Start = 400 });
        var data = DataSet.Load(train, test);
        var model = Given.Model("""{"kind":"cnn","height":28,"width":28,"filters":[8,16],"hidden":[32],"classes":10}""");
        var start = new float[model.Manifest.ElementCount];
        new ModelInitializer(model.Manifest, 1).Fill(0, start);
        var sgd = new LocalSgd(model, data.Train, start, Given.Job(new() { Epochs = 4, BatchSize = 10, LearningRate = 0.05 }));
        sgd.Run(TestContext.Current.CancellationToken);

        var before = Evaluator.Run(model, data.Test, start, 1, TestContext.Current.CancellationToken);
        var after = Evaluator.Run(model, data.Test, sgd.Parameters, 2, TestContext.Current.CancellationToken);

        Assert.True(after.Accuracy > 0.8 && before.Accuracy < 0.4, $"accuracy {before.Accuracy}, then {after.Accuracy}");
        Assert.Equal(after, Evaluator.Run(model, data.Test, sgd.Parameters, 1, TestContext.Current.CancellationToken));
    }

    private static float[] Train(ClientSettings settings, int threads, int round = 1)
    {
        var model = Given.Model(Small);
        var job = Given.Job(settings, round) with { Threads = threads };
        var sgd = new LocalSgd(model, Given.Examples(model, 50, 1), Given.Parameters(model, 2), job);
        sgd.Run(TestContext.Current.CancellationToken);
        return sgd.Parameters.ToArray();
    }
}
