using System.Diagnostics;
using System.Text.Json;
using FedLearn.Core.Models;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Sgd;

namespace FedLearn.Benchmarks;

/// <summary>
/// Samples per second of steps on the whole batch of 600 random images (FedSGD's), against steps on batches of 50, one thread: the 784-200-200-10
/// perceptron and McMahan's CNN. They take turns; the best turn of each counts.
/// </summary>
internal sealed class WholeBatchBenchmark : IBenchmark
{
    private const int Examples = 600;
    private const int Turns = 5;

    public string Name => "whole-batch";

    public string Summary => "SGD on the whole batch of 600 examples, against batches of 50";

    public IReadOnlyList<Measurement> Run(IReadOnlyList<string> arguments) =>
    [
        .. Compare("mlp", """{"kind":"mlp","inputs":784,"hidden":[200,200],"classes":10}""", epochs: 10),
        .. Compare("cnn", """{"kind":"cnn","height":28,"width":28,"filters":[32,64],"hidden":[512],"classes":10}""", epochs: 1),
    ];

    private static IEnumerable<Measurement> Compare(string name, string json, int epochs)
    {
        var model = ModelRegistry.Create(JsonElement.Parse(json)).Definition!;
        var random = SeededRandom.For("benchmark", 1);
        var data = DataSet.FromFloats(
            [.. Enumerable.Range(0, Examples * 784).Select(_ => (float)random.NextDouble())],
            [.. Enumerable.Range(0, Examples).Select(_ => (float)random.NextInt(10))],
            784,
            10);
        double whole = 0, pieces = 0;
        for (var turn = 0; turn < Turns; turn++)
        {
            whole = Math.Max(whole, SamplesPerSecond(model, data, 0, epochs));
            pieces = Math.Max(pieces, SamplesPerSecond(model, data, 50, epochs));
        }

        yield return new($"{name} whole batch", whole, "samples/s");
        yield return new($"{name} whole batch / batches of 50", whole / pieces, "x") { Comparison = new(whole, pieces, "samples/s", "batches of 50") };
    }

    private static double SamplesPerSecond(ModelDefinition model, DataSet data, int batch, int epochs)
    {
        var parameters = new float[model.Manifest.ElementCount];
        new ModelInitializer(model.Manifest, 1).Fill(0, parameters);
        var settings = new Core.Specs.ClientSettings { BatchSize = batch, Epochs = epochs, LearningRate = 0.01 };
        var sgd = new LocalSgd(model, data, parameters, new() { Settings = settings, Seed = 1, Round = 1, ClientId = "benchmark" });
        var start = Stopwatch.GetTimestamp();
        sgd.Run(CancellationToken.None);
        return epochs * Examples / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
