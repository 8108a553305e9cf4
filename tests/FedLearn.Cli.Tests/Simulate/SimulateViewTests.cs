using FedLearn.Cli.Simulate;
using FedLearn.Core.Specs;
using FedLearn.Training.Simulation;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Cli.Tests.Simulate;

public sealed class SimulateViewTests
{
    private const string Spec = """
        { "name": "slow", "model": { "kind": "custom", "tensors": [ { "name": "w", "shape": [1] } ] }, "stop": { "rounds": 100 } }
        """;

    private static readonly PlannedRun s_run = new("slow", RunSpecParser.Parse(Spec).Spec!, new SimulationSettings());

    [Fact]
    public void Show_QuickRun_TellsOfEveryTenthPart() => Assert.Equal([10, 20, 30], RoundsTold(_ => TimeSpan.FromSeconds(0.1)));

    [Fact]
    public void Show_SlowRun_IsNeverSilentForLong() =>
        Assert.Equal([3, 6, 9, 10, 13, 16, 19, 20, 23, 26, 29, 30], RoundsTold(_ => TimeSpan.FromSeconds(4)));

    [Fact]
    public void Show_FirstRoundTakesMinutes_TellsOfIt() => Assert.Equal([1, 10, 20, 30], RoundsTold(round => TimeSpan.FromSeconds(round == 1 ? 200 : 0)));

    private static IEnumerable<int> RoundsTold(Func<int, TimeSpan> duration)
    {
        var (time, output) = (new FakeTimeProvider(), new StringWriter());
        new SimulateView(output, time).Show<int>([s_run], told =>
        {
            for (var round = 1; round <= 30; round++)
            {
                time.Advance(duration(round));
                told(s_run, new SimulatedRound(round, round, 1, 1, 1, 0.5, 0.1, null, null));
            }

            return 0;
        });
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.Split(' ')[2]));
    }
}
