using System.Diagnostics;
using System.Globalization;
using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Benchmarks.Update.Roles;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>What a storage key costs: two coordinators take turns, of which one seals its files. The throughput of that one as a share of the other's.</summary>
internal sealed class SealedRow : IRow
{
    private const double Bar = 0.85;
    private const string Without = "the same without a storage key";
    private const int UploadsAtOnce = 4;

    public string Name => "sealed";

    public string Summary => "uploads of 10M x 4, rounds of 10 x 1M and the aggregation of 20 x 10M with a storage key, against the same without, in turns";

    public bool InTable(UpdateOptions options) => false;

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench) =>
    [
        .. await CompareAsync(bench, "sealed: upload-http", 10_000_000, 4, download: false),
        .. await CompareAsync(bench, "sealed: round-10x1M", 1_000_000, 10, download: true),
        .. await AggregateAsync(bench),
    ];

    private static async Task<IReadOnlyList<Measurement>> CompareAsync(Bench bench, string name, long parameters, int clients, bool download)
    {
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters))];
        await using var plain = await bench.StartCoordinatorAsync(parameters, clients);
        await using var withKey = await bench.StartCoordinatorAsync(parameters, clients, isSealed: true);
        await using var fleet = await Fleet.JoinAsync(plain, clients, bench.Certificate);
        await using var sealedFleet = await Fleet.JoinAsync(withKey, clients, bench.Certificate);
        return await Pair.CompareAsync(name, Bar, bench.Options.Turns, payloads.Sum(p => p.Length) / 1e9, Without, (withKey, () => RoundAsync(sealedFleet)), (plain, () => RoundAsync(fleet)));

        async Task<double> RoundAsync(Fleet of)
        {
            var start = Stopwatch.GetTimestamp();
            if (download)
            {
                await of.DownloadAsync(Downloads.HttpAsync, parameters * sizeof(float));
            }

            await of.RoundAsync(new HttpRoad(), payloads);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static async Task<IReadOnlyList<Measurement>> AggregateAsync(Bench bench)
    {
        var (parameters, clients) = (bench.Options.Parameters ?? 10_000_000, bench.Options.Clients ?? 20);
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters, held: false))];
        await using var plain = await bench.StartCoordinatorAsync(parameters, clients, keepUpdates: true);
        await using var withKey = await bench.StartCoordinatorAsync(parameters, clients, keepUpdates: true, isSealed: true);
        return await Pair.CompareAsync(
            "sealed: aggregate", Bar, bench.Options.Turns, payloads.Sum(p => p.Length) / 1e9, Without, (withKey, await AggregationOfAsync(withKey)), (plain, await AggregationOfAsync(plain)));

        async Task<Func<Task<double>>> AggregationOfAsync(CoordinatorProcess coordinator)
        {
            await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate);
            var (runId, round) = (fleet.AssignmentOf(0).RunId, fleet.AssignmentOf(0).Round);
            await fleet.RoundAsync(new HttpRoad(), payloads, UploadsAtOnce);
            var command = $"aggregate {runId} {round} {string.Join(' ', fleet.Participants.Select(p => p.Id))}";
            return async () => double.Parse(await coordinator.Role.AskAsync(command), CultureInfo.InvariantCulture);
        }
    }
}
