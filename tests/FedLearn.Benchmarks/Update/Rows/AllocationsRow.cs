using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Benchmarks.Update.Roles;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>What the coordinator allocates while whole rounds come in, once a few rounds have filled its pools.</summary>
internal sealed class AllocationsRow(string name, IUploadRoad road) : IRow
{
    /// <summary>Rounds until pools are filled.</summary>
    private const int WarmUp = 8;
    private const int Rounds = 10;

    public string Name => name;

    public string Summary => $"managed bytes that the coordinator allocates per GB received, and its gen-2 collections (10M float32 x 4 clients, {road.Name})";

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var (parameters, clients) = (bench.Options.Parameters ?? 10_000_000, bench.Options.Clients ?? 4);
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters))];
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients);
        await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate);
        await RoundsAsync(WarmUp);
        var before = await coordinator.Role.UsageAsync();
        await RoundsAsync(Rounds);
        var used = Difference(await coordinator.Role.UsageAsync(), before);
        var gigabytes = Rounds * payloads.Sum(p => p.Length) / 1e9;
        return
        [
            new($"{name}: per GB received", used.AllocatedBytes / 1e6 / gigabytes, "MB/GB", 10) { AtMost = true, Reach = 2, Steady = true },
            new($"{name}: gen-2 collections", used.Gen2Collections, "", 0) { AtMost = true, Reach = 0, Steady = true },
        ];

        async Task RoundsAsync(int count)
        {
            for (var round = 0; round < count; round++)
            {
                await fleet.RoundAsync(road, payloads);
            }
        }
    }

    private static ProcessUsage Difference(ProcessUsage after, ProcessUsage before) => after with
    {
        AllocatedBytes = after.AllocatedBytes - before.AllocatedBytes,
        Gen2Collections = after.Gen2Collections - before.Gen2Collections,
    };
}
