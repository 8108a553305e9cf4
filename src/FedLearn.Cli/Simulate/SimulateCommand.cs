using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Runs;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Simulate;

/// <summary><c>fedlearn simulate</c>.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var spec = new Argument<string?>("spec") { Description = "The spec's file; docs/run-spec.md explains it.", HelpName = "SPEC.json", Arity = ArgumentArity.ZeroOrOne };
        var threads = new Option<int>("--threads") { Description = "Clients that train at once, each on one thread; changes no bit. 0 = one per core.", HelpName = "N", DefaultValueFactory = _ => 0 };
        var only = new Option<string>("--only") { Description = "Of several runs only those whose label contains this.", HelpName = "TEXT" };
        var output = new Option<DirectoryInfo>("--out") { Description = "Write rounds.jsonl, rounds.csv, classes.csv, confusion.csv, summary.json and plot.svg here.", HelpName = "DIR" };
        var json = OperatorCommand.JsonOption();
        var overrides = new SpecOverrides();
        var command = new Command("simulate", "Runs a federation of virtual clients in this process, by the same decisions, rules and trainers as the real thing.")
        {
            spec, threads, only, output, json,
        };
        var simulation = new SimulationOptions().AddTo(command);
        overrides.AddTo(command);
        command.SetAction((result, cancellationToken) =>
        {
            if (result.GetValue(threads) < 0)
            {
                throw new CliException($"--threads: expected at least 0, got {result.GetValue(threads)}", ExitCode.Usage);
            }

            var document = SpecInput.ReadFile(result.GetValue(spec));
            var mistakes = overrides.Apply(result, document).ToList();
            var file = simulation.Read(result, result.GetValue(spec));
            var plan = SweepPlan.Of(document, mistakes, file, result.GetValue(only));
            var sweep = new Sweep(plan, file.Resolve, result.GetValue(threads), result.GetValue(output)?.FullName);
            var asJson = result.GetValue(json);
            var writer = result.InvocationConfiguration.Output;
            return Task.Run(
                () =>
                {
                    var view = new SimulateView(asJson ? TextWriter.Null : writer, TimeProvider.System);
                    var summaries = view.Show(plan, told => sweep.Run(told, cancellationToken));
                    SummaryPrinter.Print(writer, summaries, asJson);
                    return summaries.All(s => s.Completed) ? ExitCode.Ok : ExitCode.Failed;
                },
                cancellationToken);
        });
        return command.WithExamples(
            "fedlearn simulate spec.json --source digits:6000 --clients 50 --partition dirichlet:0.1 --out results",
            "fedlearn simulate spec.json --simulation mnist.simulation.json --sweep client.learningRate=[0.05,0.1,0.2] --stop.rounds 100",
            "fedlearn simulate tables/fedprox.json --only FedProx --json");
    }
}
