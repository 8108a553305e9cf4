using System.Text.Json;
using FedLearn.Benchmarks;

// One class per benchmark; a new one is added to this list.
IBenchmark[] benchmarks =
[
    new VaultBenchmark(),
    new TrainingBenchmark(),
];

var json = args.Contains("--json");
string[] rest = [.. args.Where(a => a != "--json")];
if (rest is not [var name, .. var arguments] || benchmarks.SingleOrDefault(b => b.Name == name) is not { } benchmark)
{
    Console.Error.WriteLine("usage: FedLearn.Benchmarks NAME [ARGUMENTS] [--json]   (build with -c Release)");
    foreach (var known in benchmarks)
    {
        Console.Error.WriteLine($"  {known.Name,-10} {known.Summary}");
    }

    return 2;
}

var measurements = benchmark.Run(arguments);
Console.WriteLine(json ? JsonSerializer.Serialize(measurements, Report.Options) : Report.Table(measurements));
return measurements.All(m => m.Met) ? 0 : 1;
