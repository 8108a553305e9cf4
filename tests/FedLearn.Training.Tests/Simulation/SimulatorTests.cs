using System.Numerics.Tensors;
using FedLearn.Core.Models;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Training.Sgd;
using FedLearn.Training.Simulation;

namespace FedLearn.Training.Tests.Simulation;

public class SimulatorTests
{
    private const string Softmax = """{"kind":"softmax","inputs":784,"classes":10}""";

    private static readonly SimulationData s_digits =
        SimulationSources.Load(new() { Source = "digits:300", Clients = 12, Partition = "dirichlet:0.3" }, 3, name => name);

    private static RunSpec Spec(ClientSettings? client = null) => new()
    {
        Name = "simulated",
        Seed = 3,
        Model = new("softmax", Softmax, Given.Model(Softmax).Manifest),
        Stop = new() { Rounds = 6 },
        Cohort = new() { Fraction = 0.5 },
        Client = client ?? new() { Epochs = 2, BatchSize = 8, LearningRate = 0.05 },
    };

    private static SimulationResult Run(SimulationSetup setup) => new Simulator(setup).Run(cancellationToken: TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("sgd")]
    [InlineData("yogi")]
    public void Run_OnOneAndOnThreeThreads_GivesTheSameBits(string optimizer)
    {
        var spec = Spec(new() { Epochs = 3, BatchSize = 8, Momentum = 0.5, ProximalMu = 0.1, MaxGradientNorm = 1 }) with
        {
            Cohort = new() { Fraction = 0.5, OverSelection = 1.5 },
            Strategy = new() { Optimizer = optimizer, ServerLearningRate = 0.1 },
        };
        var setup = new SimulationSetup { Spec = spec, Data = s_digits, Stragglers = new(0.5, Drop: false), Threads = 1 };

        var (one, three) = (Run(setup), Run(setup with { Threads = 3 }));

        Assert.Equal(one.Parameters.ToArray(), three.Parameters.ToArray());
        Assert.Equal(one.Rounds, three.Rounds);
        Assert.NotEqual(one.Parameters.ToArray(), Run(setup with { Spec = spec with { Seed = 4 } }).Parameters.ToArray());
    }

    [Fact]
    public void Run_OneRound_IsTheWeightedMeanOfItsCohort()
    {
        var spec = Spec() with { Stop = new() { Rounds = 1 } };
        var model = Given.Model(Softmax);
        var start = new float[model.Manifest.ElementCount];
        new ModelInitializer(model.Manifest, 3).Fill(0, start);
        var (sum, examples) = (new double[start.Length], 0.0);
        var cohort = Selection.FitCohort(spec, 1, [.. s_digits.Clients.Select(c => c.Id)]);
        foreach (var client in s_digits.Clients.Where(c => cohort.Contains(c.Id)))
        {
            var sgd = new LocalSgd(model, client.Train, start, new() { Settings = spec.Client, Seed = 3, Round = 1, ClientId = client.Id });
            sgd.Run(TestContext.Current.CancellationToken);
            var trained = Array.ConvertAll(sgd.Parameters.ToArray(), p => (double)p);
            TensorPrimitives.MultiplyAdd<double>(trained, client.Train.Count, sum, sum);
            examples += client.Train.Count;
        }

        var round = Run(new() { Spec = spec, Data = s_digits });

        Assert.Equal(6, cohort.Count);
        Assert.Equal((6, (long)examples), (round.Rounds[0].Updates, round.Rounds[0].Examples));
        Assert.All(sum.Index(), s => Assert.Equal(s.Item / examples, round.Parameters.Span[s.Index], 1e-6));
    }

    [Fact]
    public void Run_WithATarget_EndsAtTheFirstRoundThatReachesIt()
    {
        var rounds = Run(new() { Spec = Spec() with { Stop = new() { Rounds = 100, Target = new("accuracy", 0.6) } }, Data = s_digits }).Rounds;

        Assert.InRange(rounds.Count, 2, 99);
        Assert.All(rounds.SkipLast(1), r => Assert.True(r.Accuracy < 0.6));
        Assert.True(rounds[^1].Accuracy >= 0.6);
    }

    [Fact]
    public void Run_EvaluatedEveryThirdRound_HasMetricsThere() =>
        Assert.Equal(
            [null, null, 3, null, null, 6],
            Run(new() { Spec = Spec() with { Evaluation = new() { EveryRounds = 3 } }, Data = s_digits }).Rounds.Select(r => r.Loss is null ? (int?)null : r.Round));

    [Fact]
    public void Run_EveryRoundsMetrics_AreTheEvaluatorsOfItsVersion()
    {
        var result = Run(new() { Spec = Spec(), Data = s_digits, Threads = 3 });
        var (loss, accuracy) = Evaluator.Run(Given.Model(Softmax), s_digits.Test, result.Parameters.Span, 1, TestContext.Current.CancellationToken);

        Assert.Equal((loss, accuracy), (result.Rounds[^1].Loss, result.Rounds[^1].Accuracy));
    }

    [Fact]
    public void Run_ThatDiverges_FailsWithTheReason()
    {
        var result = Run(new() { Spec = Spec(new() { LearningRate = 1e38 }), Data = s_digits });

        Assert.False(result.Completed);
        Assert.Contains("diverged", result.Reason, StringComparison.Ordinal);
        Assert.All(result.Rounds.TakeLast(Simulator.MostVoids), r => Assert.Null(r.Version));
    }

    [Fact]
    public void Run_UpdatesBeyondTheBound_AreRefused()
    {
        var result = Run(new() { Spec = Spec() with { Bounds = new() { MaxNorm = 1e-3 } }, Data = s_digits });

        Assert.Contains("the bound 0.001", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_ModelThatDoesNotFitTheData_SaysWhichClientDeclines()
    {
        const string other = """{"kind":"softmax","inputs":7,"classes":10}""";
        var spec = Spec() with { Model = new("softmax", other, Given.Model(other).Manifest) };

        Assert.Contains("client-01: the model takes 7 inputs", Assert.Throws<InvalidDataException>(() => new Simulator(new() { Spec = spec, Data = s_digits })).Message, StringComparison.Ordinal);
    }
}
