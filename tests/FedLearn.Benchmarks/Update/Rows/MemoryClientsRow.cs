namespace FedLearn.Benchmarks.Update.Rows;

/// <summary>That the coordinator's peak memory does not grow with the number of clients.</summary>
internal sealed class MemoryClientsRow : IRow
{
    public string Name => "memory-clients";

    public string Summary => "the coordinator's peak memory with 40 clients, against 4 clients (100M float32, --parameters; of the small edition 25M)";

    public bool InTable(UpdateOptions options) => options.Small;

    public async Task<IReadOnlyList<Measurement>> RunAsync(Bench bench)
    {
        var parameters = bench.Options.Parameters ?? (bench.Options.Small ? 25_000_000 : 100_000_000);
        var few = await MemoryRow.PeakAsync(bench, parameters, 4);
        var many = await MemoryRow.PeakAsync(bench, parameters, bench.Options.Clients ?? 40);
        return
        [
            new($"memory-clients: {parameters / 1e6:0}M x {bench.Options.Clients ?? 40} less x 4", many - few, "MB", 64)
            {
                AtMost = true,
                Comparison = new(many, few, "MB", "the same with 4 clients"),
            },
        ];
    }
}
