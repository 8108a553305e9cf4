using FedLearn.Protocol.V1;
using FedLearn.Testing;
using FedLearn.Training.Data;
using FedLearn.Training.Partitioning;

namespace FedLearn.EndToEnd.Tests;

/// <summary>MNIST over ten workers, through the real coordinator and SDK: McMahan et al. 2017's perceptron and their two splits.</summary>
public class MnistTests
{
    private const int Workers = 10;

    [Fact]
    public async Task Perceptron_IidSplit_Reaches97PercentWithin20Rounds() =>
        await AssertReachesAsync(new IidPartitioner(), target: 0.97, rounds: 20, learningRate: 0.1);

    [Fact]
    public async Task Perceptron_TwoLabelShards_Reaches90PercentWithin50Rounds() =>
        await AssertReachesAsync(new LabelShardsPartitioner(), target: 0.90, rounds: 50, learningRate: 0.05);

    private static async Task AssertReachesAsync(IPartitioner partitioner, double target, int rounds, double learningRate)
    {
        var mnist = SharedData.PathOf("mnist");
        using var trainSource = IdxRecordSource.Mnist(mnist, test: false);
        using var testSource = IdxRecordSource.Mnist(mnist, test: true);
        var data = DataSet.Load(trainSource, testSource);
        await using var federation = await TestFederation.StartAsync();
        federation.AddWorkers(Split(data, partitioner));

        var result = await federation.RunToEndAsync($$"""
            {
              "name": "mnist", "seed": 1,
              "model": { "kind": "mlp", "inputs": 784, "hidden": [200, 200], "classes": 10 },
              "cohort": { "minimum": {{Workers}} }, "closing": { "minUpdates": {{Workers}} },
              "client": { "epochs": 1, "batchSize": 10, "learningRate": {{learningRate}} },
              "stop": { "rounds": {{rounds}}, "target": { "metric": "accuracy", "value": {{target}} } }
            }
            """);

        // Every test image lies with exactly one worker, so the weighted mean is the accuracy on the 10,000.
        var last = result.Rounds[^1];
        Assert.Equal(10_000, last.Evaluations.Sum(e => e.NumExamples));
        Assert.Equal(RunStatus.Completed, result.Run.Status);
        Assert.True(last.EvalMetrics["accuracy"] >= target, $"{last.EvalMetrics["accuracy"]:p2} after {last.Number} rounds");
        TestContext.Current.TestOutputHelper?.WriteLine($"{last.EvalMetrics["accuracy"]:p2} after {last.Number} rounds");
    }

    private static IEnumerable<LocalData> Split(LocalData data, IPartitioner partitioner)
    {
        var train = partitioner.Split(Labels(data.Train), Workers, seed: 1);
        var test = new IidPartitioner().Split(Labels(data.Test), Workers, seed: 1);
        return train.Zip(test, (a, b) => data with { Train = data.Train.Select(a), Test = data.Test.Select(b) });
    }

    private static int[] Labels(DataSet data) => [.. data.Labels.ToArray().Select(l => (int)l)];
}
