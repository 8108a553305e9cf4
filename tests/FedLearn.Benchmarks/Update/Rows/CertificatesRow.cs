using System.Diagnostics;
using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Coordinator.Identity;

namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>
/// What certificates and limits cost over TLS alone: two coordinators take turns. One takes participants by certificate and has the default
/// limits; the other shows a certificate, takes participants by token, and has limits that nobody reaches. The throughput of the first as a
/// share of the other's. Receipts are signed by both.
/// </summary>
internal sealed class CertificatesRow : IRow
{
    private const double Bar = 0.9;

    public string Name => "certificates";

    public string Summary => "uploads of 10M x 4 and rounds of 10 x 1M with certificates on both sides and the default limits, against TLS alone, in turns";

    public bool InTable(UpdateOptions options) => false;

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench) => bench.Certificate is null
        ? throw new BenchmarkException("certificates: compares with TLS alone; give --tls")
        :
        [
            .. await CompareAsync(bench, "certificates: upload-http", new HttpRoad(), 10_000_000, 4, download: false),
            .. await CompareAsync(bench, "certificates: round-10x1M", new HttpRoad(), 1_000_000, 10, download: true),
            .. await CompareAsync(bench, "certificates: round-50x10k", new GrpcRoad(), 10_000, 50, download: true),
        ];

    private static async Task<IReadOnlyList<Measurement>> CompareAsync(Bench bench, string name, IUploadRoad road, long parameters, int clients, bool download)
    {
        Payload[] payloads = [.. Enumerable.Range(0, clients).Select(i => new Payload((ulong)i + 1, parameters))];
        var pki = bench.NewFolder();
        PkiFolder.Create(pki, PkiFolder.DefaultFederation, ["127.0.0.1"], DateTimeOffset.UtcNow);
        var authorities = Path.Combine(pki, "coordinator");
        await using var plain = await bench.StartCoordinatorAsync(parameters, clients);
        await using var certified = await bench.StartCoordinatorAsync(parameters, clients, pki: authorities);
        using var enrolled = await EnrolledClients.EnrolAsync(certified, authorities, clients);
        await using var fleet = await Fleet.JoinAsync(plain, clients, bench.Certificate);
        await using var certifiedFleet = await Fleet.JoinAsync(certified, enrolled);
        return await Pair.CompareAsync(
            name,
            Bar,
            bench.Options.Turns,
            payloads.Sum(p => p.Length) / 1e9,
            "a server's certificate alone, participants by token, no limit reached",
            (certified, () => RoundAsync(certifiedFleet)),
            (plain, () => RoundAsync(fleet)));

        async Task<double> RoundAsync(Fleet of)
        {
            var start = Stopwatch.GetTimestamp();
            if (download)
            {
                await of.DownloadAsync(road is HttpRoad ? Downloads.HttpAsync : Downloads.GrpcAsync, parameters * sizeof(float));
            }

            await of.RoundAsync(road, payloads);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
