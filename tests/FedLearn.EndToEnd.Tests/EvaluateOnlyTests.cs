using FedLearn.Training;
using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;
using FedLearn.Training.Sgd;

namespace FedLearn.EndToEnd.Tests;

/// <summary>Central evaluation: a worker that never trains holds the test set, and the coordinator runs no model.</summary>
public class EvaluateOnlyTests
{
    [Fact]
    public async Task Run_WithAWorkerThatOnlyEvaluates_ShowsItsFiguresAlone()
    {
        using DigitsRecordSource train = new(new() { Count = 300 }), test = new(new() { Count = 100, Start = 300 });
        var data = DataSet.Load(train, test);
        var judge = new LocalData(data.Schema, data.Test.Select(0..60), data.Test.Select(60..100)).ForEvaluation();
        await using var federation = await TestFederation.StartAsync();
        federation.AddWorkers([data with { Train = data.Train.Select(0..150) }, data with { Train = data.Train.Select(150..300) }]);
        federation.AddWorker("judge", LocalTrainer.ForAllKinds(judge), o => o with { EvaluateOnly = true });

        // It ends with the first evaluation, however late the judge comes.
        var result = await federation.RunToEndAsync("""
            {
              "name": "judged", "seed": 3, "model": {"kind":"softmax","inputs":784,"classes":10},
              "cohort": { "minimum": 2 }, "client": { "epochs": 1, "batchSize": 10, "learningRate": 0.1 },
              "evaluation": { "fraction": 0 }, "stop": { "rounds": 10000, "target": { "metric": "accuracy", "value": 0.01 } }
            }
            """);

        var last = result.Rounds[^1];
        var model = TestFederation.Model("""{"kind":"softmax","inputs":784,"classes":10}""");
        var parameters = await federation.ParametersAsync(result.Run.RunId);
        var central = CentralEvaluation.Run(model, data.Test, parameters, threads: 1, TestContext.Current.CancellationToken);
        Assert.Equal((2, 2), (last.Cohort, last.Accepted));
        Assert.Equal(("judge", 100L), (Assert.Single(last.Evaluations).ClientId, last.Evaluations[0].NumExamples));
        Assert.Equal((central.Accuracy!.Value, central.Loss), (last.EvalMetrics["accuracy"], last.EvalMetrics["loss"]));
    }
}
