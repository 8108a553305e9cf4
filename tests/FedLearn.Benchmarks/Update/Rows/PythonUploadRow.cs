using System.Diagnostics;
using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Benchmarks.Update.Python;
using FedLearn.Benchmarks.Update.Roles;
using FedLearn.Protocol.V1;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>The same Python clients against this coordinator and against a Python server; the best turn of each counts.</summary>
internal sealed class PythonUploadRow : IRow
{
    public string Name => "upload-python";

    public string Summary => "10M float32 x 4 Python grpcio clients, to the notice of the next version, against a grpcio + numpy server that streams, hashes, writes, fsyncs and folds";

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var (parameters, clients) = (bench.Options.Parameters ?? 10_000_000, bench.Options.Clients ?? 4);
        var stubs = await PythonStubs.MakeAsync(bench.NewFolder());
        var certificate = bench.WriteCertificate() ?? "";
        await using var coordinator = await bench.StartCoordinatorAsync(parameters, clients);
        await using var fleet = await Fleet.JoinAsync(coordinator, clients, bench.Certificate);
        await using var server = await PythonStubs.StartAsync("server.py", stubs, bench.NewFolder(), $"{parameters}", $"{clients}", certificate);
        await using var python = await PythonClients.StartAsync(clients, stubs, parameters);

        var root = certificate.Length == 0 ? "" : Path.Combine(certificate, ServerCertificate.CertificateFile);
        var seconds = await Turns.TakeAsync(
            bench.Options.Turns,
            () => OwnAsync(coordinator, fleet, python, root, parameters),
            () => Turns.SecondsAsync(() => python.PushAsync(server.Ready, root, Headers(fleet, parameters))));

        var gigabytes = parameters * sizeof(float) * clients / 1e9;
        var (own, other) = (gigabytes / seconds[0].Min(), gigabytes / seconds[1].Min());
        return [new("upload-python: durable and aggregated", own / other, "x", 1.2) { Reach = 2, Comparison = new(own, other, "GB/s", "grpcio + numpy server, the same clients") }];
    }

    private static async Task<double> OwnAsync(CoordinatorProcess coordinator, Fleet fleet, PythonClients python, string root, long parameters)
    {
        var start = Stopwatch.GetTimestamp();
        await python.PushAsync(coordinator.Address.Authority, root, Headers(fleet, parameters));
        return Stopwatch.GetElapsedTime(start, await fleet.NextRoundAsync()).TotalSeconds;
    }

    private static List<(string Token, UpdateHeader Header)> Headers(Fleet fleet, long parameters) =>
        [.. fleet.Participants.Select((p, i) => (p.Authorization, p.HeaderOf(fleet.AssignmentOf(i), parameters * sizeof(float), [])))];
}
