using System.Diagnostics;
using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Benchmarks.Update.Yardsticks;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>Durable acknowledgements of small updates per second, against stock unary calls that keep nothing; the best turn of each counts.</summary>
internal sealed class AcksRow : IRow
{
    private const int InFlight = 64;
    private const int Connections = 16;

    public string Name => "acks";

    public string Summary => $"1,000 clients x 10k float32, {InFlight} in flight over {Connections} connections, against stock grpc-dotnet unary without durability";

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var (parameters, clients) = (bench.Options.Parameters ?? 10_000, bench.Options.Clients ?? 1_000);
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters))];
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients);
        await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate, Connections);
        await using var unaryServer = await bench.StartUnaryAsync();
        using var unary = new UnaryClients(unaryServer, Connections, bench.Certificate);
        var seconds = await Turns.TakeAsync(
            bench.Options.Turns,
            () => RoundAsync(fleet, payloads),
            () => AllAsync(clients, i => unary.PutAsync(i, payloads[i].Piece(0, default))));

        double own = clients / seconds[0].Min(), stock = clients / seconds[1].Min();
        return [new("acks", own / stock, "x", 1.0) { Reach = 2, Comparison = new(own, stock, "acks/s", "stock grpc-dotnet unary, nothing durable") }];
    }

    /// <summary>Seconds from the first update to the last receipt; the round's end is waited for, but does not count.</summary>
    private static async Task<double> RoundAsync(Fleet fleet, Payload[] payloads)
    {
        var road = new GrpcRoad();
        var headers = fleet.Participants.Select((p, i) => p.HeaderOf(fleet.AssignmentOf(i), payloads[i])).ToArray();
        var seconds = await AllAsync(payloads.Length, i => road.SendAsync(fleet.Participants[i], headers[i], payloads[i]));
        await fleet.NextRoundAsync();
        return seconds;
    }

    private static async Task<double> AllAsync(int count, Func<int, Task> send)
    {
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (i, _) => await send(i));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
