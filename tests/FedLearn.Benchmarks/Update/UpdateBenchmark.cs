using FedLearn.Benchmarks.Update.Clients;
using FedLearn.Benchmarks.Update.Rows;

namespace FedLearn.Benchmarks.Update;

/// <summary>
/// The way of an update, from a client's first byte to the next published version, through the real coordinator in a process of its own;
/// each row beside a yardstick of the same run. docs/benchmarks.md says what each row means.
/// </summary>
internal sealed class UpdateBenchmark : IBenchmark
{
    // One class per row; a new one is added to this list.
    private static readonly IRow[] s_rows =
    [
        new UploadRow("upload-http", new HttpRoad(), bar: 0.7, reach: 0.9),
        new UploadRow("upload-grpc", new GrpcRoad(), bar: 0.4, reach: 0.6),
        new DownloadRow("download-http", "HTTP road", Downloads.HttpAsync, bar: 0.4, reach: 0.5),
        new DownloadRow("download-grpc", "gRPC road, stock .NET client", Downloads.GrpcAsync, bar: 0.22, reach: 0.3),
        new AllocationsRow("allocations-http", new HttpRoad()),
        new AllocationsRow("allocations-grpc", new GrpcRoad()),
        new PythonUploadRow(),
        new AcksRow(),
        new NotifyRow(),
        new AggregateRow(),
        new RoundsRow("round-10x1M", 10, 1_000_000, peerSeconds: 0.278, faster: 2, inSmall: true),
        new RoundsRow("round-100x10k", 100, 10_000, peerSeconds: 0.371, faster: 4, inSmall: true),
        new RoundsRow("round-10x10M", 10, 10_000_000, peerSeconds: 5.84, faster: 3, inSmall: true),
        new RoundsRow("round-2x100M", 2, 100_000_000, peerSeconds: 19.4, faster: 3, inSmall: false),
        new SealedRow(),
        new CertificatesRow(),
        new MemoryClientsRow(),
        new MemoryRow(),
    ];

    public string Name => "update";

    public string Summary => $"the way of an update ([--tls] [--small] [--turns N] [--folder DIR] [ROW...]; rows: {string.Join(", ", s_rows.Select(r => r.Name))})";

    public IReadOnlyList<Measurement> Run(IReadOnlyList<string> arguments)
    {
        var options = UpdateOptions.Parse(arguments);
        if (options.Rows.Where(name => s_rows.All(r => r.Name != name)).ToList() is { Count: > 0 } unknown)
        {
            throw new BenchmarkException($"no such row: {string.Join(", ", unknown)}; there are {string.Join(", ", s_rows.Select(r => r.Name))}");
        }

        var chosen = s_rows.Where(r => options.Rows.Count == 0 ? r.InTable(options) : options.Rows.Contains(r.Name));
        using var bench = new Bench(options);
        return RunAsync(bench, [.. chosen]).GetAwaiter().GetResult();
    }

    private static async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench, IReadOnlyList<IRow> rows)
    {
        var measurements = new List<Measurement>();
        foreach (var row in rows)
        {
            Console.Error.WriteLine($"{row.Name}: {row.Summary}");
            measurements.AddRange(await row.RunAsync(bench));
        }

        return measurements;
    }
}
