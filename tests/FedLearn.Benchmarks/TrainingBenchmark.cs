using System.Diagnostics;
using FedLearn.Core.Models;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Sgd;

namespace FedLearn.Benchmarks;

/// <summary>
/// Samples per second of SGD on the 784-200-200-10 perceptron (199,210 parameters; one thread) and on McMahan's CNN (1,663,370; one and
/// two threads), against PyTorch on the CPU with one and with two threads. They take turns, so that what else the machine does hits all
/// of them; the best turn of each counts, and the better PyTorch.
/// </summary>
internal sealed class TrainingBenchmark : IBenchmark
{
    private const string Perceptron = """{"kind":"mlp","inputs":784,"hidden":[200,200],"classes":10}""";
    private const string Convolutional = """{"kind":"cnn","height":28,"width":28,"filters":[32,64],"hidden":[512],"classes":10}""";
    private const int Turns = 9;

    public string Name => "training";

    public string Summary => "SGD on the 784-200-200-10 perceptron and McMahan's CNN, against PyTorch CPU (arguments: path of a python3 with torch, then mlp or cnn for one of them)";

    public IReadOnlyList<Measurement> Run(IReadOnlyList<string> arguments)
    {
        var python = arguments is [var path, ..] ? path : "/usr/bin/python3";
        var models = arguments is [_, var only, ..] ? only : "mlp cnn";
        using TorchProcess one = new(python, 1), two = new(python, 2);
        var comparisons = new (string Model, int Batch, double Target)[] { ("mlp", 10, 2.0), ("mlp", 50, 1.2), ("cnn", 10, 0.8), ("cnn", 50, 0.8) };
        return [.. comparisons.Where(c => models.Contains(c.Model, StringComparison.Ordinal)).SelectMany(c => Compare(c.Model, c.Batch, c.Target, one, two))];
    }

    private static IEnumerable<Measurement> Compare(string model, int batch, double target, TorchProcess one, TorchProcess two)
    {
        var examples = model == "mlp" ? 10_000 : 300;
        double ownOne = 0, ownTwo = 0, torchOne = 0, torchTwo = 0;
        for (var turn = 0; turn < Turns; turn++)
        {
            ownOne = Math.Max(ownOne, Own(model, batch, examples, threads: 1));
            torchOne = Math.Max(torchOne, one.SamplesPerSecond(model, batch, examples));
            ownTwo = model == "mlp" ? 0 : Math.Max(ownTwo, Own(model, batch, examples, threads: 2));
            torchTwo = Math.Max(torchTwo, two.SamplesPerSecond(model, batch, examples));
        }

        yield return new($"{model} batch {batch}, 1 thread", ownOne, "samples/s");
        if (ownTwo > 0)
        {
            yield return new($"{model} batch {batch}, 2 threads", ownTwo, "samples/s");
        }

        yield return new($"torch {model} batch {batch}, 1 thread", torchOne, "samples/s");
        yield return new($"torch {model} batch {batch}, 2 threads", torchTwo, "samples/s");
        yield return new($"{model} ratio batch {batch}", Math.Max(ownOne, ownTwo) / Math.Max(torchOne, torchTwo), "x", target);
    }

    /// <summary>One epoch over random examples, gathering and shuffling included, as in the other processes.</summary>
    private static double Own(string kind, int batch, int examples, int threads)
    {
        var random = SeededRandom.For("benchmark", 1);
        var features = new float[examples * 784];
        var labels = new float[examples];
        foreach (ref var feature in features.AsSpan())
        {
            feature = (float)random.NextDouble();
        }

        foreach (ref var label in labels.AsSpan())
        {
            label = random.NextInt(10);
        }

        using var json = System.Text.Json.JsonDocument.Parse(kind == "mlp" ? Perceptron : Convolutional);
        var model = ModelRegistry.Create(json.RootElement).Definition!;
        var parameters = new float[model.Manifest.ElementCount];
        foreach (ref var parameter in parameters.AsSpan())
        {
            parameter = (float)(0.05 * random.NextGaussian());
        }

        var sgd = new LocalSgd(model, DataSet.FromFloats(features, labels, 784, 10), parameters, new()
        {
            Settings = new() { BatchSize = batch, LearningRate = 0.01 },
            Seed = 1,
            Round = 1,
            ClientId = "benchmark",
            Threads = threads,
        });
        var start = Stopwatch.GetTimestamp();
        sgd.Run(CancellationToken.None);
        return examples / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
