using System.Text.Json;
using FedLearn.Benchmarks;
using FedLearn.Benchmarks.Update;
using FedLearn.Benchmarks.Update.Roles;

// One class per benchmark; a new one is added to this list.
IBenchmark[] benchmarks =
[
    new VaultBenchmark(),
    new TrainingBenchmark(),
    new WholeBatchBenchmark(),
    new SimulateBenchmark(),
    new UpdateBenchmark(),
];

if (args is ["serve", var role, .. var roleArguments])
{
    return await RoleHost.RunAsync(role, roleArguments);
}

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

try
{
    var measurements = benchmark.Run(arguments);
    Console.WriteLine(json ? JsonSerializer.Serialize(measurements, Report.Options) : Report.Table(measurements));
    return measurements.All(m => m.Met) ? 0 : 1;
}
catch (BenchmarkException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
