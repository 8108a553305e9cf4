using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Simulation;

namespace FedLearn.Training.Tests.Simulation;

/// <summary>SCAFFOLD on quadratics whose rounds can be written down: linear regression on x = a and x = -a, whose weight and bias do not mix.</summary>
public class ScaffoldTests
{
    private const string Linear = """{"kind":"linear","inputs":1}""";
    private const double Rate = 0.05;

    /// <summary>F_i(w) = a_i^2 (w - t_i)^2 + (b - s_i)^2: curvatures 2 a_i^2 and 2.</summary>
    private static readonly (double A, double T, double S)[] s_clients = [(1, 1, 0.5), (2, -1, 2)];

    [Fact]
    public void Rounds_ByHand()
    {
        const int steps = 3;
        double x = 0, c = 0;
        var own = new double[2];
        for (var round = 0; round < 4; round++)
        {
            var (delta, control) = (0.0, 0.0);
            foreach (var (i, (a, t, _)) in s_clients.Index())
            {
                var y = x;
                for (var step = 0; step < steps; step++)
                {
                    y -= Rate * ((2 * a * a * (y - t)) - own[i] + c);
                }

                var next = own[i] - c + ((x - y) / (steps * Rate));
                (delta, control, own[i]) = (delta + ((y - x) / 2), control + ((next - own[i]) / 2), next);
            }

            (x, c) = (x + delta, c + control);
        }

        Assert.Equal(x, Run(Scaffold(2), steps, rounds: 4, s_clients)[0], 1e-5);
    }

    [Fact]
    public void Rounds_ManyLocalSteps_ReachTheOptimumThatFedAvgMisses()
    {
        const int steps = 40;
        var (w, b) = (Weight(s_clients, c => c.A * c.A, c => c.T), s_clients.Average(c => c.S));

        var scaffold = Run(Scaffold(2), steps, 300, s_clients);
        var fedAvg = Run(new(), steps, 300, s_clients);

        Assert.Equal(w, scaffold[0], 1e-4);
        Assert.Equal(b, scaffold[1], 1e-4);

        // Where the clients' ways cancel: each goes 1 - (1 - eta * curvature)^K of its way to its own optimum.
        var fixedPoint = Weight(s_clients, c => 1 - Math.Pow(1 - (2 * Rate * c.A * c.A), steps), c => c.T);
        Assert.Equal(fixedPoint, fedAvg[0], 1e-4);
        Assert.True(Math.Abs(fixedPoint - w) > 0.5, $"{fixedPoint} and {w} must differ for this test to say anything");
    }

    [Fact]
    public void Rounds_OneOfTwoClientsAtATime_StillReachTheOptimum()
    {
        var spec = Spec(Scaffold(2), steps: 20, rounds: 600) with { Cohort = new() { Count = 1 } };

        Assert.Equal(Weight(s_clients, c => c.A * c.A, c => c.T), Run(spec, s_clients)[0], 0.02);
    }

    [Fact]
    public void FirstRound_IsFedAvg() => AssertClose(Run(new(), 7, 1, s_clients), Run(Scaffold(2), 7, 1, s_clients));

    [Fact]
    public void Rounds_OneClient_AreItsOwnDescent() => AssertClose(Run(new(), 7, 5, s_clients[..1]), Run(Scaffold(1), 7, 5, s_clients[..1]));

    [Fact]
    public void Rounds_AllClientsAlike_AreFedAvg()
    {
        (double, double, double)[] alike = [s_clients[1], s_clients[1], s_clients[1]];

        AssertClose(Run(new(), 7, 5, alike), Run(Scaffold(3), 7, 5, alike));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0)]
    public async Task LocalStep_AnyBatchSize_AddsTheCorrection(int batchSize)
    {
        var settings = new ClientSettings { Epochs = 1, BatchSize = batchSize, LearningRate = 0.5, MaxSteps = 1 };
        var trainer = new LocalTrainer("linear", new(AnySchema, DataSet.FromFloats([0, 0], [0, 0], 1, 0), DataSet.FromFloats([0], [0], 1, 0)));
        var fitted = await trainer.FitAsync(
            new(Given.Run(Linear, settings), 1, new float[2], new Progress<Client.Training.FitProgress>()) { Correction = new[] { 3f, -1f } }, TestContext.Current.CancellationToken);

        Assert.Equal([-1.5f, 0.5f], fitted.Parameters.ToArray());
    }

    [Fact]
    public void Run_ControlBeyondItsBound_IsRefused()
    {
        var spec = Spec(Scaffold(2), 3, 3) with { Bounds = new() { MaxControlNorm = 1e-3 } };

        Assert.Contains("the control delta's norm is", Result(spec, s_clients).Reason, StringComparison.Ordinal);
    }

    private static DataSchema AnySchema { get; } = SimulationSources.Load(new() { Source = "digits:10", Clients = 1 }, 1, name => name).Schema;

    private static StrategySpec Scaffold(int clients) => new() { Kind = "scaffold", Clients = clients };

    private static float[] Run(StrategySpec strategy, int steps, int rounds, (double A, double T, double S)[] clients) => Run(Spec(strategy, steps, rounds), clients);

    private static float[] Run(RunSpec spec, (double A, double T, double S)[] clients) => Result(spec, clients).Parameters.ToArray();

    private static SimulationResult Result(RunSpec spec, (double A, double T, double S)[] clients)
    {
        var virtualClients = clients.Select((c, i) => new VirtualClient($"client-{i}", DataSet.FromFloats(
            [(float)c.A, (float)-c.A], [(float)((c.A * c.T) + c.S), (float)((-c.A * c.T) + c.S)], 1, 0)));
        var data = new SimulationData(AnySchema, [.. virtualClients], DataSet.FromFloats([], [], 1, 0));
        return new Simulator(new() { Spec = spec, Data = data, Threads = 2 }).Run(cancellationToken: TestContext.Current.CancellationToken);
    }

    private static RunSpec Spec(StrategySpec strategy, int steps, int rounds) => new()
    {
        Name = "quadratics",
        Model = new("linear", Linear, Given.Model(Linear).Manifest),
        Strategy = strategy,
        Stop = new() { Rounds = rounds },
        Client = new() { Epochs = steps, BatchSize = 0, LearningRate = Rate },
    };

    private static double Weight((double A, double T, double S)[] clients, Func<(double A, double T, double S), double> weight, Func<(double A, double T, double S), double> value) =>
        clients.Sum(c => weight(c) * value(c)) / clients.Sum(weight);

    private static void AssertClose(float[] expected, float[] actual) => Assert.All(expected.Zip(actual), v => Assert.Equal(v.First, v.Second, 1e-5));
}
