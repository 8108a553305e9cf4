using FedLearn.Protocol.V1;
using FedLearn.Testing;
using FedLearn.Training.Data;

namespace FedLearn.EndToEnd.Tests;

public class HeartDiseaseTests
{
    /// <summary>The training loss of the plain logistic regression's optimum on the union of the four hospitals' training rows.</summary>
    private const double Optimum = 0.4866929;

    [Fact]
    public async Task FourHospitals_FullBatch_ConvergeToTheOptimumOfTheUnion()
    {
        await using var federation = await FourHospitalsAsync();

        var result = await federation.RunToEndAsync("""
            {
              "name": "heart", "model": { "kind": "logistic", "inputs": 13 },
              "cohort": { "minimum": 4 }, "closing": { "minUpdates": 4 },
              "client": { "epochs": 1, "batchSize": 0, "learningRate": 1.0 },
              "evaluation": { "everyRounds": 0 }, "stop": { "rounds": 300 }
            }
            """);

        // With one full-batch step a round, the reported training loss is the loss of the base version.
        Assert.Equal(RunStatus.Completed, result.Run.Status);
        Assert.Equal(Optimum, result.Rounds[^1].TrainLoss, 1e-5);
    }

    [Theory]
    [InlineData(""" "kind": "fednova" """)]
    [InlineData(""" "kind": "qfedavg", "q": 0.5 """)]
    [InlineData(""" "serverMomentum": 0.5 """)]
    [InlineData(""" "optimizer": "adam", "serverLearningRate": 0.1 """)]
    public async Task FourHospitals_AnyServerStrategy_LearnsWithTheBuiltInTrainers(string strategy)
    {
        await using var federation = await FourHospitalsAsync();

        var result = await federation.RunToEndAsync($$"""
            {
              "name": "heart", "model": { "kind": "logistic", "inputs": 13 },
              "strategy": { {{strategy}} },
              "cohort": { "minimum": 4 }, "closing": { "minUpdates": 4 },
              "client": { "epochs": 1, "batchSize": 8, "learningRate": 0.05 },
              "evaluation": { "everyRounds": 0 }, "stop": { "rounds": 10 }
            }
            """);

        Assert.Equal(RunStatus.Completed, result.Run.Status);
        Assert.All(result.Rounds, round => Assert.Equal(RoundStatus.Published, round.Status));

        // From ln 2 of a model that knows nothing.
        Assert.InRange(result.Rounds[^1].TrainLoss, 0.4, Optimum + 0.1);
    }

    private static async Task<TestFederation> FourHospitalsAsync()
    {
        var folder = SharedData.PathOf("heart-disease");
        var schema = (TableSchema)DataSchema.Load(Repository.PathOf("samples/heart-disease/schema.json"));
        var federation = await TestFederation.StartAsync();
        federation.AddWorkers(HeartDisease.Sites.Select(site =>
        {
            using var train = HeartDisease.Open(folder, site, schema, test: false);
            using var test = HeartDisease.Open(folder, site, schema, test: true);
            return DataSet.Load(train, test);
        }));
        return federation;
    }
}
