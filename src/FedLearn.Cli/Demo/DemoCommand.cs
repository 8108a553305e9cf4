using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Demo;

/// <summary><c>fedlearn demo</c>.</summary>
internal static class DemoCommand
{
    private const int MaxWorkers = 50;

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The data: digits (generated), mnist or heart-disease.", HelpName = "NAME", DefaultValueFactory = _ => "digits" };
        data.AcceptOnlyFromAmong("digits", "mnist", "heart-disease");
        var folder = new Option<DirectoryInfo>("--data-dir") { Description = "The folder with the files of mnist or heart-disease.", HelpName = "DIR" };
        folder.AcceptExistingOnly();
        var workers = Number("--workers", $"Worker processes, 1 to {MaxWorkers}. Default 5; heart-disease always has its four hospitals.", 1, MaxWorkers);
        var rounds = Number("--rounds", "Rounds, 1 to 1000. Default: what the data needs (digits 25).", 1, 1000);
        var seed = new Option<long>("--seed") { Description = "Seeds data, initialisation and batches.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var keep = new Option<bool>("--keep") { Description = "Keep the model, logs, database and vaults, and say where they are." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON, and nothing else." };
        var command = new Command("demo", "A whole federation on this machine: a coordinator, workers with encrypted data, and what it gains. Under a minute.")
        {
            data, folder, workers, rounds, seed, keep, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = new DemoOptions
            {
                Data = result.GetRequiredValue(data),
                DataFolder = result.GetValue(folder)?.FullName,
                Workers = result.GetValue(workers),
                Rounds = result.GetValue(rounds),
                Seed = result.GetValue(seed),
                Keep = result.GetValue(keep),
                Json = result.GetValue(json),
            };
            var demo = new Demo(options, DataOf(options), result.InvocationConfiguration.Output);
            return await Interruption.NameAsync(() => demo.RunAsync(cancellationToken), cancellationToken);
        });
        return command.WithExamples(
            "fedlearn demo",
            "fedlearn demo --workers 8 --rounds 20 --keep",
            "fedlearn demo --data mnist --data-dir DIR",
            "fedlearn demo --data heart-disease --data-dir DIR --json");
    }

    private static IDemoData DataOf(DemoOptions options)
    {
        if (options.Data == "digits")
        {
            return new DigitsDemoData(options);
        }

        var folder = options.DataFolder
            ?? throw new CliException($"--data {options.Data} needs --data-dir DIR, the folder with its files (the README says where to get them)", ExitCode.Usage);
        if (options.Data == "heart-disease" && options.Workers is { } workers and not 4)
        {
            throw new CliException($"--workers {workers}: heart-disease has its four hospitals; leave --workers out", ExitCode.Usage);
        }

        return options.Data == "mnist" ? new MnistDemoData(options, folder) : new HeartDemoData(options, folder);
    }

    private static Option<int?> Number(string name, string description, int minimum, int maximum)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < minimum || value > maximum))
            {
                result.AddError($"{name}: expected {minimum} to {maximum}, got {value}");
            }
        });
        return option;
    }
}
