using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Simulation;

namespace FedLearn.Training.Tests.Simulation;

/// <summary>Ditto on linear regression on x = a and x = -a, where weight and bias do not mix: each step shrinks the distance to the minimiser by a known factor.</summary>
public class PersonalModelTests
{
    private const string Linear = """{"kind":"linear","inputs":1}""";
    private const double Rate = 0.05;

    private static readonly (double A, double T, double S)[] s_clients = [(1, 1, 0.5), (2, -1, 2)];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    public void Rounds_ByHand(int steps, int rounds)
    {
        const double lambda = 0.8;
        var (global, own) = ((W: 0.0, B: 0.0), new (double W, double B)[2]);
        for (var round = 0; round < rounds; round++)
        {
            own = [.. s_clients.Select((c, i) => (Step(own[i].W, c.A * c.A, c.T, lambda, global.W, steps), Step(own[i].B, 1, c.S, lambda, global.B, steps)))];
            global = (s_clients.Average(c => Step(global.W, c.A * c.A, c.T, 0, 0, steps)), s_clients.Average(c => Step(global.B, 1, c.S, 0, 0, steps)));
        }

        var result = Run(new() { Epochs = steps, BatchSize = 0, LearningRate = Rate, PersonalLambda = lambda }, rounds);

        Assert.Equal(global.W, result.Parameters.Span[0], 1e-5);
        Assert.Equal(["client-0", "client-1"], result.PersonalModels.Keys);
        foreach (var (model, expected) in result.PersonalModels.Values.Zip(own))
        {
            Assert.Equal(expected.W, model.Span[0], 1e-5);
            Assert.Equal(expected.B, model.Span[1], 1e-5);
        }

        // The test example x = 0, y = 1: each client's loss is that of its own bias.
        Assert.Equal(own.Average(o => (o.B - 1) * (o.B - 1)), result.Rounds[^1].PersonalLoss!.Value, 1e-5);
    }

    [Theory]
    [InlineData("fedavg", 0)]
    [InlineData("fedavg", 1)]
    [InlineData("scaffold", 0)]
    [InlineData("scaffold", 1)]
    [InlineData("qfedavg", 1)]
    public void Rounds_TheGlobalModel_HasTheBitsOfARunWithoutPersonalModels(string kind, int batchSize)
    {
        var settings = new ClientSettings { Epochs = 3, BatchSize = batchSize, LearningRate = Rate };
        var strategy = kind == "scaffold" ? new StrategySpec { Kind = kind, Clients = 2 } : new StrategySpec { Kind = kind };

        var (with, without) = (Run(settings with { PersonalLambda = 0.8 }, 4, strategy), Run(settings, 4, strategy));

        Assert.Equal(without.Parameters.ToArray(), with.Parameters.ToArray());
        Assert.Equal(without.Rounds[^1].Loss, with.Rounds[^1].Loss);
        Assert.Empty(without.PersonalModels);
        Assert.Null(without.Rounds[^1].PersonalLoss);
        Assert.Equal(2, with.PersonalModels.Count);
    }

    /// <summary>Steps of gradient descent on q (x - m)^2 + lambda/2 (x - centre)^2.</summary>
    private static double Step(double x, double q, double m, double lambda, double centre, int steps)
    {
        var minimiser = ((2 * q * m) + (lambda * centre)) / ((2 * q) + lambda);
        return minimiser + ((x - minimiser) * Math.Pow(1 - (Rate * ((2 * q) + lambda)), steps));
    }

    private static SimulationResult Run(ClientSettings settings, int rounds, StrategySpec? strategy = null)
    {
        var schema = SimulationSources.Load(new() { Source = "digits:10", Clients = 1 }, 1, name => name).Schema;
        var clients = s_clients.Select((c, i) => new VirtualClient($"client-{i}", DataSet.FromFloats(
            [(float)c.A, (float)-c.A], [(float)((c.A * c.T) + c.S), (float)((-c.A * c.T) + c.S)], 1, 0)));
        var spec = new RunSpec
        {
            Name = "personal",
            Model = new("linear", Linear, Given.Model(Linear).Manifest),
            Stop = new() { Rounds = rounds },
            Strategy = strategy ?? new(),
            Client = settings with { ReportBaseLoss = strategy?.Kind == "qfedavg" },
        };
        return new Simulator(new() { Spec = spec, Data = new(schema, [.. clients], DataSet.FromFloats([0], [1], 1, 0)), Threads = 2 })
            .Run(cancellationToken: TestContext.Current.CancellationToken);
    }
}
