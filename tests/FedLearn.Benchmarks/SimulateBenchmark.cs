using System.Diagnostics;
using System.Text.Json;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Sgd;
using FedLearn.Training.Simulation;

namespace FedLearn.Benchmarks;

/// <summary>
/// Rounds per second of a simulated federation of 100 clients x 600 random examples, the 784-200-200-10 perceptron, C = 0.1, E = 1, B = 10,
/// against the bare trainer: the same number of epochs of the same size, one after the other on as many threads as the machine has cores, with
/// nothing between them. They take turns; the best turn of each counts. With and without an evaluation on 10,000 examples after each round.
/// </summary>
internal sealed class SimulateBenchmark : IBenchmark
{
    private const string Perceptron = """{"kind":"mlp","inputs":784,"hidden":[200,200],"classes":10}""";
    private const int Clients = 100;
    private const int Examples = 600;
    private const int TestExamples = 10_000;
    private const int Cohort = 10;
    private const int Rounds = 24;
    private const int Turns = 5;

    private static readonly ModelDefinition s_model = ModelRegistry.Create(JsonElement.Parse(Perceptron)).Definition!;
    private static readonly ClientSettings s_settings = new() { Epochs = 1, BatchSize = 10, LearningRate = 0.05 };

    public string Name => "simulate";

    public string Summary => "rounds per second of a simulated federation of 100 clients, against the bare trainer on all cores";

    public IReadOnlyList<Measurement> Run(IReadOnlyList<string> arguments)
    {
        var data = Draw();
        double plain = 0, evaluated = 0, bare = 0;
        for (var turn = 0; turn < Turns; turn++)
        {
            plain = Math.Max(plain, Simulated(data, everyRounds: 0));
            bare = Math.Max(bare, Bare(data));
            evaluated = Math.Max(evaluated, Simulated(data, everyRounds: 1));
        }

        return
        [
            new("bare trainer", bare, "rounds/s"),
            new("simulated", plain, "rounds/s"),
            new("simulated, evaluated each round", evaluated, "rounds/s"),
            new("simulated / bare", plain / bare, "x", 0.7) { Comparison = new(plain, bare, "rounds/s", "the bare trainer's steps on all cores") },
            new("simulated and evaluated / bare", evaluated / bare, "x") { Comparison = new(evaluated, bare, "rounds/s", "the same, which evaluates nothing") },
        ];
    }

    private static double Simulated(SimulationData data, int everyRounds)
    {
        var simulator = new Simulator(new()
        {
            Spec = new()
            {
                Name = "benchmark",
                Model = new("mlp", Perceptron, s_model.Manifest),
                Stop = new() { Rounds = Rounds },
                Cohort = new() { Count = Cohort },
                Client = s_settings,
                Evaluation = new() { EveryRounds = everyRounds },
            },
            Data = data,
        });
        var start = Stopwatch.GetTimestamp();
        simulator.Run();
        return Rounds / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>As many trainings as the rounds have, each thread with one workspace.</summary>
    private static double Bare(SimulationData data)
    {
        var parameters = new float[s_model.Manifest.ElementCount];
        new ModelInitializer(s_model.Manifest, 1).Fill(0, parameters);
        var next = -1;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work)).ToList();
        var start = Stopwatch.GetTimestamp();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        return Rounds / Stopwatch.GetElapsedTime(start).TotalSeconds;

        void Work()
        {
            var workspace = new SgdWorkspace(s_model, threads: 1);
            while (Interlocked.Increment(ref next) is var i && i < Rounds * Cohort)
            {
                var job = new SgdJob { Settings = s_settings, Seed = 1, Round = 1 + (i / Cohort), ClientId = data.Clients[i % Clients].Id };
                new LocalSgd(workspace, data.Clients[i % Clients].Train, parameters, job).Run(CancellationToken.None);
            }
        }
    }

    private static SimulationData Draw()
    {
        var random = SeededRandom.For("benchmark", 1);
        var clients = Enumerable.Range(1, Clients).Select(i => new VirtualClient($"client-{i:000}", Set(Examples, random))).ToList();
        return new(ImageSchema.Digits, clients, Set(TestExamples, random));
    }

    private static DataSet Set(int count, SeededRandom random)
    {
        var (pixels, labels) = (new byte[count * 784], new float[count]);
        foreach (ref var pixel in pixels.AsSpan())
        {
            pixel = (byte)random.NextInt(256);
        }

        foreach (ref var label in labels.AsSpan())
        {
            label = random.NextInt(10);
        }

        return DataSet.FromBytes(pixels, labels, 784, 10);
    }
}
