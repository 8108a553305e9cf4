using FedLearn.Core.Specs;
using FedLearn.Testing;
using FedLearn.Training.Data;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests;

public class MnistTests
{
    [Fact]
    public void Perceptron_OnMnistForTwoEpochs_Passes95Percent()
    {
        var directory = Path.GetDirectoryName(SharedData.PathOf("mnist/train-images-idx3-ubyte.gz"))!;
        using var train = IdxRecordSource.Mnist(directory, test: false);
        using var test = IdxRecordSource.Mnist(directory, test: true);
        var data = DataSet.Load(train, test);
        var model = Given.Model("""{"kind":"mlp","inputs":784,"hidden":[200,200],"classes":10}""");
        var settings = new ClientSettings { Epochs = 2, BatchSize = 10, LearningRate = 0.05 };
        var sgd = new LocalSgd(model, data.Train, Given.Parameters(model, 1, 0.05), Given.Job(settings));
        sgd.Run(TestContext.Current.CancellationToken);
        var (_, accuracy) = Evaluator.Run(model, data.Test, sgd.Parameters, 1, TestContext.Current.CancellationToken);
        Assert.True(accuracy > 0.95, $"{accuracy}");
    }
}
