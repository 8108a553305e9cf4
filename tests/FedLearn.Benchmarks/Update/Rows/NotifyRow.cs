using System.Diagnostics;
using FedLearn.Benchmarks.Update.Clients;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>From the last upload's begin to the last client's notice of the next version: sealed, committed, aggregated, published, told.</summary>
internal sealed class NotifyRow : IRow
{
    private const int RoundsPerTurn = 5;

    public string Name => "notify";

    public string Summary => "100 clients with a connection each, 10k float32: from the begin of the last upload to the last client's notice of the next version";

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var (parameters, clients) = (bench.Options.Parameters ?? 10_000, bench.Options.Clients ?? 100);
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters))];
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients);
        await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate);
        await RoundAsync(fleet, payloads);
        var milliseconds = new List<double>();
        for (var round = 0; round < RoundsPerTurn * bench.Options.Turns; round++)
        {
            milliseconds.Add(await RoundAsync(fleet, payloads));
        }

        return
        [
            new("notify: median of rounds", Turns.Median(milliseconds), "ms", 50) { AtMost = true, Reach = 20 },
            new("notify: slowest round", milliseconds.Max(), "ms"),
        ];
    }

    private static async Task<double> RoundAsync(Fleet fleet, Payload[] payloads)
    {
        var road = new GrpcRoad();
        var last = payloads.Length - 1;
        await Parallel.ForEachAsync(Enumerable.Range(0, last), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await SendAsync(i));
        var start = Stopwatch.GetTimestamp();
        await SendAsync(last);
        return Stopwatch.GetElapsedTime(start, await fleet.NextRoundAsync()).TotalMilliseconds;

        Task SendAsync(int i) => road.SendAsync(fleet.Participants[i], fleet.Participants[i].HeaderOf(fleet.AssignmentOf(i), payloads[i]), payloads[i]);
    }
}
