using System.Diagnostics;
using FedLearn.Core.Models;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Sgd;

namespace FedLearn.Benchmarks;

/// <summary>
/// Samples per second of SGD on the 784-200-200-10 perceptron (199,210 parameters), against PyTorch on the CPU with one and with two threads.
/// The three take turns, so that what else the machine does hits all of them; the best turn of each counts, and the better PyTorch.
/// </summary>
internal sealed class TrainingBenchmark : IBenchmark
{
    private const string Model = """{"kind":"mlp","inputs":784,"hidden":[200,200],"classes":10}""";
    private const int Examples = 10_000;
    private const int Turns = 9;

    public string Name => "training";

    public string Summary => "SGD on the 784-200-200-10 perceptron, against PyTorch CPU (arguments: path of a python3 with torch)";

    public IReadOnlyList<Measurement> Run(IReadOnlyList<string> arguments)
    {
        var python = arguments is [var path, ..] ? path : "/usr/bin/python3";
        using TorchProcess one = new(python, 1), two = new(python, 2);
        return [.. Compare(10, 2.0, one, two), .. Compare(50, 1.2, one, two)];
    }

    private static IEnumerable<Measurement> Compare(int batch, double target, TorchProcess one, TorchProcess two)
    {
        double own = 0, torchOne = 0, torchTwo = 0;
        for (var turn = 0; turn < Turns; turn++)
        {
            own = Math.Max(own, Own(batch));
            torchOne = Math.Max(torchOne, one.SamplesPerSecond(batch, Examples));
            torchTwo = Math.Max(torchTwo, two.SamplesPerSecond(batch, Examples));
        }

        yield return new($"perceptron batch {batch}", own, "samples/s");
        yield return new($"torch batch {batch}, 1 thread", torchOne, "samples/s");
        yield return new($"torch batch {batch}, 2 threads", torchTwo, "samples/s");
        yield return new($"ratio batch {batch}", own / Math.Max(torchOne, torchTwo), "x", target);
    }

    /// <summary>One epoch over random examples, gathering and shuffling included, as in the other processes.</summary>
    private static double Own(int batch)
    {
        var random = SeededRandom.For("benchmark", 1);
        var features = new float[Examples * 784];
        var labels = new float[Examples];
        foreach (ref var feature in features.AsSpan())
        {
            feature = (float)random.NextDouble();
        }

        foreach (ref var label in labels.AsSpan())
        {
            label = random.NextInt(10);
        }

        using var json = System.Text.Json.JsonDocument.Parse(Model);
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
        });
        var start = Stopwatch.GetTimestamp();
        sgd.Run(CancellationToken.None);
        return Examples / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
