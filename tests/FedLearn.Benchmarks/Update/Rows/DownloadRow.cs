using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Benchmarks.Update.Yardsticks;
using FedLearn.Protocol.V1;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>Everyone downloads the model at once, against raw loopback sockets; the best turn of each counts.</summary>
internal sealed class DownloadRow(string name, string road, Func<Participant, FitAssignment, Task<long>> download, double bar, double reach) : IRow
{
    public string Name => name;

    public string Summary => $"a model of 10M float32 to 4 clients at once over the {road}, against raw loopback sockets";

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var (parameters, clients) = (bench.Options.Parameters ?? 10_000_000, bench.Options.Clients ?? 4);
        var length = parameters * sizeof(float);
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients);
        await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate);
        await using var rawServer = await bench.StartSocketAsync();
        using var raw = new SocketClients(rawServer, clients, bench.Certificate);
        var seconds = await Turns.TakeAsync(
            bench.Options.Turns,
            () => Turns.SecondsAsync(() => fleet.DownloadAsync(download, length)),
            () => Turns.SecondsAsync(() => raw.DownloadAsync(length)));

        var (own, wire) = (clients * length / 1e9 / seconds[0].Min(), clients * length / 1e9 / seconds[1].Min());
        var against = $"raw loopback socket, {clients} streams{(bench.Options.Tls ? ", TLS" : "")}";
        return [new(name, own / wire, "x", bar) { Reach = reach, Comparison = new(own, wire, "GB/s", against) }];
    }
}
