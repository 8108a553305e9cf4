using FedLearn.Client.Training;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training;
using FedLearn.Training.Data;
using FedLearn.Training.Partitioning;

namespace FedLearn.EndToEnd.Tests;

/// <summary>
/// One full-batch step a round, over the wire: what the coordinator publishes must be central gradient descent on the pooled data,
/// however the data is split.
/// </summary>
public class CentralTests
{
    private const int Rounds = 50;
    private const int Examples = 400;
    private const double Rate = 0.2;

    [Theory]
    [InlineData("""{"kind":"linear","inputs":6}""", 0, 1e-6)]
    [InlineData("""{"kind":"softmax","inputs":12,"classes":5}""", 5, 1e-6)]
    [InlineData("""{"kind":"mlp","inputs":12,"hidden":[16,8],"classes":5}""", 5, 1e-4)]
    public async Task Published_AfterFullBatchRounds_EqualsCentralDescent(string model, int classes, double tolerance)
    {
        var pooled = Generate(TestFederation.Model(model).Inputs, classes);
        var keys = Enumerable.Range(0, Examples).Select(i => i % 3).ToArray();
        await using var federation = await TestFederation.StartAsync();
        federation.AddWorkers(new QuantitySkewPartitioner(1.0).Split(keys, 4, seed: 5).Select(part => pooled with { Train = pooled.Train.Select(part) }));

        var result = await federation.RunToEndAsync($$"""
            {
              "name": "central", "seed": 3, "model": {{model}},
              "cohort": { "minimum": 4 }, "closing": { "minUpdates": 4 },
              "client": { "epochs": 1, "batchSize": 0, "learningRate": {{Rate}} },
              "evaluation": { "everyRounds": 0 }, "stop": { "rounds": {{Rounds}} }
            }
            """);

        var published = await federation.ParametersAsync(result.Run.RunId);
        var central = await DescendAsync(model, pooled);
        var norm = Math.Sqrt(central.Sum(p => p * p));
        var distance = Math.Sqrt(published.Zip(central, (a, b) => (a - b) * (a - b)).Sum());
        Assert.True(distance <= tolerance * norm, $"distance {distance / norm:e2} of the norm");
    }

    /// <summary>Central descent: one trainer over all data, its parameters carried from step to step without coordinator or wire.</summary>
    private static async Task<double[]> DescendAsync(string json, LocalData pooled)
    {
        var model = TestFederation.Model(json);
        var parameters = new float[model.Manifest.ElementCount];
        new ModelInitializer(model.Manifest, 3).Fill(0, parameters);
        var run = new RunContext(
            "central", "pooled", 3, System.Text.Json.JsonElement.Parse(json), model.Manifest, new ClientSettings { BatchSize = 0, LearningRate = Rate }, null);
        var trainer = new LocalTrainer(model.Kind, pooled);
        for (var round = 1; round <= Rounds; round++)
        {
            var fitted = await trainer.FitAsync(new FitContext(run, round, parameters, new Progress<FitProgress>()), TestContext.Current.CancellationToken);
            parameters = fitted.Parameters.ToArray();
        }

        return [.. parameters.Select(p => (double)p)];
    }

    private static LocalData Generate(int inputs, int classes)
    {
        var random = new Random(11);
        var features = new float[Examples * inputs];
        var labels = new float[Examples];
        for (var i = 0; i < Examples; i++)
        {
            labels[i] = classes == 0 ? (float)(random.NextDouble() * 4) : random.Next(classes);
            for (var k = 0; k < inputs; k++)
            {
                features[(i * inputs) + k] = (float)(random.NextDouble() - 0.5 + (k == (int)labels[i] ? 1 : 0));
            }
        }

        var data = DataSet.FromFloats(features, labels, inputs, classes);
        return new LocalData(ImageSchema.Digits, data, data);
    }
}
