using FedLearn.Core.Specs;
using FedLearn.Training.Sgd;
using FedLearn.Training.Simulation;

namespace FedLearn.Training.Tests.Simulation;

/// <summary>What simulated rounds tell of a classifier's classes.</summary>
public class ClassResultsTests
{
    private const string Logistic = """{"kind":"logistic","inputs":5}""";

    private static SimulationResult Run(RunSpec? spec = null, int threads = 1)
    {
        var model = Given.Model(Logistic);
        var schema = SimulationSources.Load(new() { Source = "digits:10", Clients = 1 }, 1, name => name).Schema;
        var clients = Enumerable.Range(0, 3).Select(i => new VirtualClient($"client-{i}", Given.Examples(model, 40, seed: 1 + i)));
        var data = new SimulationData(schema, [.. clients], Given.Examples(model, 300, seed: 9));
        return new Simulator(new() { Spec = spec ?? Spec(), Data = data, Threads = threads }).Run(cancellationToken: TestContext.Current.CancellationToken);
    }

    private static RunSpec Spec() => new()
    {
        Name = "classes",
        Model = new("logistic", Logistic, Given.Model(Logistic).Manifest),
        Stop = new() { Rounds = 4 },
        Client = new() { Epochs = 1, BatchSize = 8, LearningRate = 0.05 },
    };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Rounds_OfABinaryProblem_AreTheCentralEvaluationOfTheirVersion(int threads)
    {
        var result = Run(threads: threads);
        var test = Given.Examples(Given.Model(Logistic), 300, seed: 9);
        var expected = CentralEvaluation.Run(Given.Model(Logistic), test, result.Parameters.Span, 1, TestContext.Current.CancellationToken);

        Assert.Equal(expected, result.Rounds[^1].Central);
        Assert.Equal(300, expected.Confusion!.Cast<long>().Sum());
        Assert.InRange(expected.Area!.Value, 0.5, 1);
        Assert.NotEqual(expected, result.Rounds[0].Central);
    }

    [Theory]
    [InlineData("auc")]
    [InlineData("recall.1")]
    [InlineData("confusion.0.0")]
    public void StopTarget_OnAMetricOfClasses_Works(string metric)
    {
        var result = Run(Spec() with { Stop = new() { Rounds = 4, Target = new(metric, 0.01) } });

        Assert.Single(result.Rounds);
        Assert.StartsWith($"target reached: {metric}", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Rounds_NotEvaluated_TellNothing() =>
        Assert.Equal([true, false, true, false], Run(Spec() with { Evaluation = new() { EveryRounds = 2 } }).Rounds.Select(r => r.Central is null));

    [Fact]
    public void Rounds_WhoseTensorsStayWithClients_AddUpTheirMatrices()
    {
        var round = Run(Spec() with { Client = Spec().Client with { LocalTensors = "*.bias" } }).Rounds[^1];

        var confusion = round.Central!.Confusion!;
        Assert.Equal((900L, 900L), (round.Central.Examples, confusion.Cast<long>().Sum()));
        Assert.Equal(round.Accuracy!.Value, (confusion[0, 0] + confusion[1, 1]) / 900.0, 1e-12);
    }
}
