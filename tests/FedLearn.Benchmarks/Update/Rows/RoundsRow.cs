using System.Diagnostics;
using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Benchmarks.Update.Sdk;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>
/// Whole rounds with the real SDK: everyone downloads, returns the base plus a constant, and uploads; aggregated and published. Against
/// fixed seconds: the best of the leading Python framework's paths on this machine class, which is not durable there. The median counts.
/// </summary>
internal sealed class RoundsRow(string name, int clients, long parameters, double peerSeconds, double faster, bool inSmall) : IRow
{
    public string Name => name;

    public string Summary => $"whole rounds of {clients} clients x {Size} float32, no training, against {peerSeconds} s of the leading Python framework";

    private string Size => parameters >= 1_000_000 ? $"{parameters / 1_000_000}M" : $"{parameters / 1000}k";

    public bool InTable(UpdateOptions options) => inSmall || !options.Small;

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var own = await SdkAsync(bench);
        var lean = await LeanAsync(bench);
        return
        [
            new(name, peerSeconds / own, "x", faster) { Reach = 2 * faster, Comparison = new(own, peerSeconds, "s", "the leading Python framework, fixed seconds, not durable") },
            new($"{name}: clients that only speak the protocol", peerSeconds / lean, "x") { Comparison = new(lean, peerSeconds, "s", "the same") },
        ];
    }

    private async Task<double> SdkAsync(Bench bench)
    {
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients);
        await using var workers = new SdkWorkers(bench, coordinator, clients);
        await using var rounds = new PublishedRounds(coordinator, bench.Certificate);
        var failure = workers.FirstEndAsync();
        var seconds = new List<double>();
        var last = await NextAsync();
        for (var round = -Turns.WarmUp; round < bench.Options.Turns; round++)
        {
            var next = await NextAsync();
            if (round >= 0)
            {
                seconds.Add(Stopwatch.GetElapsedTime(last, next).TotalSeconds);
            }

            last = next;
        }

        return Turns.Median(seconds);

        async Task<long> NextAsync()
        {
            var next = rounds.NextAsync();
            await await Task.WhenAny(next, failure);
            return next.IsCompleted ? await next : throw new BenchmarkException("a worker ended");
        }
    }

    private async Task<double> LeanAsync(Bench bench)
    {
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients);
        await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate);
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters))];
        var http = parameters >= 1_000_000 && await fleet.OffersRoadAsync();
        IUploadRoad road = http ? new HttpRoad() : new GrpcRoad();
        var seconds = await Turns.TakeAsync(bench.Options.Turns, async () =>
        {
            var start = Stopwatch.GetTimestamp();
            await fleet.DownloadAsync(http ? Downloads.HttpAsync : Downloads.GrpcAsync, parameters * sizeof(float));
            await fleet.RoundAsync(road, payloads);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        return Turns.Median(seconds[0]);
    }
}
