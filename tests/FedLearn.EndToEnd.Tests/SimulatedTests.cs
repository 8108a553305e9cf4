using FedLearn.Client.Training;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using FedLearn.Training;
using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;
using FedLearn.Training.Partitioning;
using FedLearn.Training.Simulation;

namespace FedLearn.EndToEnd.Tests;

/// <summary>The simulator runs the same code as a coordinator with workers: the same spec over the same data gives the same bits.</summary>
public class SimulatedTests
{
    private const string FedNova = """ "kind": "fednova", "optimizer": "adam", "serverLearningRate": 0.01 """;

    [Theory]
    [InlineData(FedNova, """ "proximalMu": 0.1 """)]
    [InlineData(FedNova, """ "proximalMu": 0.1, "encoding": "bf16" """)]
    [InlineData(FedNova, """ "proximalMu": 0.1, "encoding": "int8" """)]
    [InlineData(FedNova, """ "proximalMu": 0.1, "encoding": "topk", "topK": 0.05 """)]
    [InlineData(""" "kind": "scaffold", "clients": 5, "serverMomentum": 0.5 """, """ "weightDecay": 0.01 """)]
    [InlineData(""" "kind": "scaffold", "clients": 4 """, """ "encoding": "topk", "topK": 0.05 """)]
    [InlineData(""" "kind": "scaffold", "clients": 4 """, """ "batchSize": 0 """)]
    [InlineData(""" "kind": "scaffold", "clients": 4 """, """ "localTensors": "*.bias" """)]
    [InlineData(FedNova, """ "localTensors": "*.bias", "encoding": "int8" """)]
    [InlineData(FedNova, """ "localTensors": "*.bias", "encoding": "topk", "topK": 0.05 """)]
    [InlineData(""" "kind": "scaffold", "clients": 4 """, """ "localTensors": "*.bias", "encoding": "topk", "topK": 0.05 """)]
    [InlineData(FedNova, """ "personalLambda": 0.5, "momentum": 0.5 """)]
    [InlineData(""" "kind": "scaffold", "clients": 4 """, """ "personalLambda": 0.5, "batchSize": 0 """)]
    public async Task Simulated_LikeARealFederation_GivesItsBits(string strategy, string client)
    {
        using DigitsRecordSource train = new(new() { Count = 200 }), test = new(new() { Count = 20, Start = 200 });
        var data = DataSet.Load(train, test);
        var labels = Array.ConvertAll(data.Train.Labels.ToArray(), label => (int)label);
        var parts = new QuantitySkewPartitioner(1).Split(labels, 4, seed: 5);
        await using var federation = await TestFederation.StartAsync();
        var trainers = parts.Select(part => new PersonalRecorder(new LocalTrainer("softmax", data with { Train = data.Train.Select(part) }))).ToList();
        foreach (var (i, trainer) in trainers.Index())
        {
            federation.AddWorker($"client-{i:d3}", [trainer]);
        }

        var result = await federation.RunToEndAsync($$"""
            {
              "name": "twin", "seed": 9, "model": { "kind": "softmax", "inputs": 784, "classes": 10 },
              "strategy": { {{strategy}} },
              "cohort": { "minimum": 4, "fraction": 1 }, "closing": { "minUpdates": 4 },
              "client": { "epochs": 2, {{(client.Contains("batchSize", StringComparison.Ordinal) ? "" : "\"batchSize\": 8,")}} "learningRate": 0.05, "learningRateDecay": 0.9, {{client}} },
              "evaluation": { "everyRounds": 2 }, "stop": { "rounds": 5 }
            }
            """);
        var clients = parts.Select((part, i) => new VirtualClient($"client-{i:d3}", data.Train.Select(part)));
        var spec = RunSpecParser.Parse(result.Run.SpecJson).Spec!;
        var simulated = new Simulator(new() { Spec = spec, Data = new(data.Schema, [.. clients], data.Test) }).Run(cancellationToken: TestContext.Current.CancellationToken);

        Assert.All(result.Rounds.Zip(simulated.Rounds), r => Assert.Equal(r.First.BytesIn, r.Second.BytesIn));
        Assert.Equal(await federation.ParametersAsync(result.Run.RunId), simulated.Parameters.ToArray());
        Assert.All(result.Rounds.Zip(simulated.Rounds), r => Assert.Equal(r.First.TrainLoss, r.Second.TrainLoss, 1e-12));
        Assert.Equal(result.Rounds[^1].EvalMetrics["loss"], simulated.Rounds[^1].Loss!.Value, 1e-12);
        AssertSamePersonalModels(trainers, result.Rounds[^1], simulated, client.Contains("personalLambda", StringComparison.Ordinal));
    }

    private static void AssertSamePersonalModels(List<PersonalRecorder> trainers, Round last, SimulationResult simulated, bool expected)
    {
        Assert.Equal(expected ? trainers.Count : 0, simulated.PersonalModels.Count);
        Assert.Equal(expected, last.EvalMetrics.ContainsKey("personal.loss"));
        Assert.Equal(expected, last.EvalMetrics.ContainsKey("personal.accuracy"));
        foreach (var (trainer, model) in trainers.Zip(simulated.PersonalModels.Values))
        {
            Assert.Equal(trainer.Personal, model.ToArray());
        }

        if (expected)
        {
            Assert.Equal(last.EvalMetrics["personal.loss"], simulated.Rounds[^1].PersonalLoss!.Value, 1e-12);
            Assert.Equal(last.EvalMetrics["personal.accuracy"], simulated.Rounds[^1].PersonalAccuracy!.Value, 1e-12);
            Assert.NotEqual(last.EvalMetrics["loss"], last.EvalMetrics["personal.loss"]);
        }
    }

    /// <summary>The built-in trainer, of which the test keeps the last personal model.</summary>
    private sealed class PersonalRecorder(LocalTrainer inner) : ITrainer
    {
        public float[] Personal { get; private set; } = [];

        public string Kind => inner.Kind;

        public string? DataSchemaDigest => inner.DataSchemaDigest;

        public long TrainingExamples => inner.TrainingExamples;

        public bool TakesCorrection => inner.TakesCorrection;

        public bool TakesProximalCentre => inner.TakesProximalCentre;

        public string? DeclineReason(RunContext run) => inner.DeclineReason(run);

        public ValueTask<EvaluationResult> EvaluateAsync(EvaluationContext context, CancellationToken cancellationToken) => inner.EvaluateAsync(context, cancellationToken);

        public async ValueTask<FitResult> FitAsync(FitContext context, CancellationToken cancellationToken)
        {
            var result = await inner.FitAsync(context, cancellationToken);
            Personal = context.ProximalCentre.IsEmpty ? Personal : result.Parameters.ToArray();
            return result;
        }
    }
}
