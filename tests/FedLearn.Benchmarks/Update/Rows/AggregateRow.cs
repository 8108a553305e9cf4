using System.Globalization;
using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Benchmarks.Update.Yardsticks;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>Closing a round: the coordinator's aggregation of updates that stand in the page cache, against how fast memory is read.</summary>
internal sealed class AggregateRow : IRow
{
    private const int UploadsAtOnce = 4;

    public string Name => "aggregate";

    public string Summary => "aggregation of 100 updates of 10M float32 from the page cache (of the small edition 20), to the durable version, against memory read bandwidth";

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var (parameters, clients) = (bench.Options.Parameters ?? 10_000_000, bench.Options.Clients ?? (bench.Options.Small ? 20 : 100));
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters, held: false))];
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients, keepUpdates: true);
        await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate);
        var (runId, round) = (fleet.AssignmentOf(0).RunId, fleet.AssignmentOf(0).Round);
        var (receipts, published) = await fleet.RoundAsync(
            await fleet.OffersRoadAsync() ? new HttpRoad() : new GrpcRoad(), payloads, UploadsAtOnce);

        using var memory = new MemoryBandwidth();
        var command = $"aggregate {runId} {round} {string.Join(' ', fleet.Participants.Select(p => p.Id))}";
        var figures = await Turns.TakeAsync(
            bench.Options.Turns,
            async () => double.Parse(await coordinator.Role.AskAsync(command), CultureInfo.InvariantCulture),
            () => memory.MeasureAsync(Environment.ProcessorCount));

        var (own, bandwidth) = (payloads.Sum(p => p.Length) / 1e9 / figures[0].Min(), figures[1].Max());
        return
        [
            new("aggregate", own / bandwidth, "x", 0.4) { Reach = 0.6, Comparison = new(own, bandwidth, "GB/s", $"memory read by {Environment.ProcessorCount} threads") },
            new("aggregate: last receipt to the notice of the version", published - receipts, "s"),
        ];
    }
}
