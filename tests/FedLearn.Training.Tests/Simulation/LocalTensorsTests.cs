using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Simulation;

namespace FedLearn.Training.Tests.Simulation;

/// <summary>Linear regression on x = a and x = -a, whose bias stays with each client: weight and bias do not mix, so both can be written down.</summary>
public class LocalTensorsTests
{
    private const string Linear = """{"kind":"linear","inputs":1}""";
    private const double Rate = 0.05;
    private const int Steps = 3;

    private static readonly (double A, double T, double S)[] s_clients = [(1, 1, 0.5), (2, -1, 2)];

    [Fact]
    public void Rounds_ByHand()
    {
        var (w, b) = (0.0, new double[2]);
        for (var round = 0; round < 4; round++)
        {
            w = s_clients.Average(c => c.T + ((w - c.T) * Math.Pow(1 - (2 * Rate * c.A * c.A), Steps)));
            b = [.. s_clients.Select((c, i) => c.S + ((b[i] - c.S) * Math.Pow(1 - (2 * Rate), Steps)))];
        }

        var result = Run("*.bias");

        Assert.Equal(w, result.Parameters.Span[0], 1e-5);
        Assert.Equal(0f, result.Parameters.Span[1]);

        // The test example x = 0, y = 1: each client's loss is that of its own bias.
        Assert.Equal(b.Average(own => (own - 1) * (own - 1)), result.Rounds[^1].Loss!.Value, 1e-5);
    }

    [Fact]
    public void Rounds_OneClient_IsThatClientsDescent()
    {
        var (alone, shared) = (Run("*.bias", 1), Run(null, 1));

        Assert.Equal(shared.Parameters.Span[0], alone.Parameters.Span[0]);
        Assert.Equal(shared.Rounds[^1].Loss!.Value, alone.Rounds[^1].Loss!.Value, 1e-6);
    }

    private static SimulationResult Run(string? local, int clients = 2)
    {
        var schema = SimulationSources.Load(new() { Source = "digits:10", Clients = 1 }, 1, name => name).Schema;
        var virtualClients = s_clients.Take(clients).Select((c, i) => new VirtualClient($"client-{i}", DataSet.FromFloats(
            [(float)c.A, (float)-c.A], [(float)((c.A * c.T) + c.S), (float)((-c.A * c.T) + c.S)], 1, 0)));
        var spec = new RunSpec
        {
            Name = "local",
            Model = new("linear", Linear, Given.Model(Linear).Manifest),
            Stop = new() { Rounds = 4 },
            Client = new() { Epochs = Steps, BatchSize = 0, LearningRate = Rate, LocalTensors = local },
        };
        var data = new SimulationData(schema, [.. virtualClients], DataSet.FromFloats([0], [1], 1, 0));
        return new Simulator(new() { Spec = spec, Data = data, Threads = 2 }).Run(cancellationToken: TestContext.Current.CancellationToken);
    }
}
