using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Client.Vault;

namespace FedLearn.Cli.Data;

/// <summary><c>fedlearn data import</c>.</summary>
internal static class DataImportCommand
{
    public static Command Create()
    {
        var vault = DataCommand.VaultOption();
        var append = new Option<bool>("--append") { Description = "List the latest version's files in the new version too." };
        var fraction = new Option<double>("--test-fraction") { Description = "The share of records held out for evaluation, 0 to below 1; not for data that comes split.", HelpName = "X" };
        var seed = new Option<long>("--seed") { Description = "The seed of that draw.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var json = DataCommand.JsonOption();
        var command = new Command("import", "Reads a source as a stream and seals it as a new version of a vault, which is made where it does not exist.") { vault, append, fraction, seed, json };
        var key = new KeyOptions().AddTo(command);
        var source = new SourceOptions().AddTo(command);
        command.SetAction((result, cancellationToken) =>
        {
            var share = result.GetValue(fraction);
            if (share is not (>= 0 and < 1))
            {
                throw new CliException($"--test-fraction: expected 0 to below 1, got {share}", ExitCode.Usage);
            }

            var options = new ImportOptions { Append = result.GetValue(append), TestFraction = share, Seed = result.GetValue(seed) };
            var folder = result.GetRequiredValue(vault).FullName;
            var keySource = key.Read(result);
            var sources = source.Read(result);
            if (share > 0 && sources.All(s => s.Part is not null))
            {
                throw new CliException("--test-fraction: this data comes with its own test part; leave the option out", ExitCode.Usage);
            }

            using var progress = new ImportProgress(result.InvocationConfiguration.Error);
            var version = DataImport.Run(folder, keySource, sources, options, progress, cancellationToken);
            DataPrinter.Imported(result.InvocationConfiguration.Output, version, progress.Count, result.GetValue(json));
            return Task.FromResult(ExitCode.Ok);
        });
        return command.WithExamples(
            "fedlearn data import --vault vault --key-file vault.key --csv patients.csv --schema schema.json --test-fraction 0.2",
            "fedlearn data import --vault vault --key-file vault.key --idx-images train-images-idx3-ubyte.gz --idx-labels train-labels-idx1-ubyte.gz "
                + "--idx-test-images t10k-images-idx3-ubyte.gz --idx-test-labels t10k-labels-idx1-ubyte.gz",
            "fedlearn data import --vault vault --key-file vault.key --heart-disease heart-disease --site cleveland --schema schema.json",
            "fedlearn data import --vault vault --public-key clinic.pem --csv new.csv --schema schema.json --append",
            "fedlearn data import --vault vault --key-file vault.key --digits 1000 --writer 3 --test-fraction 0.2");
    }
}
