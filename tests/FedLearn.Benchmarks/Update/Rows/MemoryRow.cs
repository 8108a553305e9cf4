using FedLearn.Benchmarks.Update.Clients;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>The coordinator's peak memory (VmHWM; the page cache does not count) over whole rounds of a large model.</summary>
internal sealed class MemoryRow : IRow
{
    private const double Megabyte = 1e6;

    public string Name => "memory";

    public string Summary => "the coordinator's peak memory over a round of 1 billion float32 x 4 clients (--parameters, --clients; needs 30 GB of disk)";

    public bool InTable(UpdateOptions options) => false;

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var (parameters, clients) = (bench.Options.Parameters ?? 1_000_000_000, bench.Options.Clients ?? 4);
        var peak = await PeakAsync(bench, parameters, clients);
        return [new($"memory: peak, {parameters / 1e6:0}M x {clients}", peak, "MB", 400) { AtMost = true, Reach = 250 }];
    }

    /// <summary>Megabytes at the peak, once the round of these clients is published.</summary>
    public static async Task<double> PeakAsync(Bench bench, long parameters, int clients)
    {
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients);
        await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate);
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters, held: false))];
        await fleet.RoundAsync(await fleet.OffersRoadAsync() ? new HttpRoad() : new GrpcRoad(), payloads);
        return (await coordinator.Role.UsageAsync()).PeakBytes / Megabyte;
    }
}
