using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Benchmarks.Update.Yardsticks;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>Upload, durable and aggregated, against the bare sink over as many streams; the best turn of each counts.</summary>
internal sealed class UploadRow(string name, IUploadRoad road, double bar, double reach) : IRow
{
    public string Name => name;

    public string Summary => $"10M float32 x 4 clients over the {road.Name}, to the notice of the next version, against the bare sink and raw TCP";

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var (parameters, clients) = (bench.Options.Parameters ?? 10_000_000, bench.Options.Clients ?? 4);
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters))];
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients);
        await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate);
        await using var sinkServer = await bench.StartSinkAsync();
        await using var rawServer = await bench.StartSocketAsync();
        using var sink = new SocketClients(sinkServer, clients, bench.Certificate);
        using var raw = new SocketClients(rawServer, clients, bench.Certificate);

        var receipts = new List<double>();
        List<double> ownCpu = [], sinkCpu = [];
        var seconds = await Turns.TakeAsync(
            bench.Options.Turns,
            async () =>
            {
                var used = (await coordinator.Role.UsageAsync()).CpuSeconds;
                var (received, published) = await fleet.RoundAsync(road, payloads);
                receipts.Add(received);
                ownCpu.Add((await coordinator.Role.UsageAsync()).CpuSeconds - used);
                return published;
            },
            async () =>
            {
                var used = (await sinkServer.UsageAsync()).CpuSeconds;
                var seconds = await Turns.SecondsAsync(() => sink.UploadAsync(payloads));
                sinkCpu.Add((await sinkServer.UsageAsync()).CpuSeconds - used);
                return seconds;
            },
            () => Turns.SecondsAsync(() => raw.UploadAsync(payloads)));

        var gigabytes = payloads.Sum(p => p.Length) / 1e9;
        var (own, receipt) = (gigabytes / seconds[0].Min(), gigabytes / receipts.Skip(Turns.WarmUp).Min());
        var (bare, wire) = (gigabytes / seconds[1].Min(), gigabytes / seconds[2].Min());
        var streams = $"{clients} streams{(bench.Options.Tls ? ", TLS" : "")}";
        return
        [
            new($"{name}: durable and aggregated", own / bare, "x", bar) { Reach = reach, Comparison = new(own, bare, "GB/s", $"bare sink, {streams}") },
            new($"{name}: to the last receipt", receipt / bare, "x") { Comparison = new(receipt, bare, "GB/s", $"bare sink, {streams}") },
            new($"{name}: the server's processor time", ownCpu.Skip(Turns.WarmUp).Min() / sinkCpu.Skip(Turns.WarmUp).Min(), "x")
            {
                Comparison = new(ownCpu.Skip(Turns.WarmUp).Min() / gigabytes, sinkCpu.Skip(Turns.WarmUp).Min() / gigabytes, "s/GB", $"bare sink, {streams}"),
            },
            new($"{name}: share of the raw wire", own / wire, "x") { Comparison = new(own, wire, "GB/s", $"raw loopback socket, {streams}") },
        ];
    }
}
