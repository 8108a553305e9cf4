using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Cli.Data;

/// <summary><c>fedlearn data</c>: the participant's own data, encrypted at rest.</summary>
internal static class DataCommand
{
    public static Command Create() => new Command("data", "Imports, shows and looks after a participant's encrypted data.")
    {
        DataImportCommand.Create(),
        List(),
        Look("show", "Shows a version's files and counts.", verify: false),
        Look("verify", "Reads every sealed byte of a version and checks it; exits 1 where something is damaged.", verify: true),
        DataKeyCommands.Rotate(),
        DataExportCommand.Create(),
        DataKeyCommands.Destroy(),
        Log(),
    }.WithExamples(
        "fedlearn data import --vault vault --key-file vault.key --csv patients.csv --schema schema.json --test-fraction 0.2",
        "fedlearn data ls --vault vault",
        "fedlearn data verify --vault vault --key-file vault.key");

    internal static Option<DirectoryInfo> VaultOption() => new("--vault") { Description = "The vault's folder.", HelpName = "DIR", Required = true };

    internal static Argument<string?> VersionArgument() => new("version")
    {
        Description = "A version's number, or the first characters of its name; the latest where none is given.",
        HelpName = "VERSION",
        Arity = ArgumentArity.ZeroOrOne,
    };

    internal static Option<bool> JsonOption() => new("--json") { Description = "Print JSON for scripts." };

    internal static DataVault Open(ParseResult result, Option<DirectoryInfo> vault, KeyOptions key) =>
        DataVault.Open(result.GetRequiredValue(vault).FullName, key.Read(result), TimeProvider.System);

    private static Command List()
    {
        var vault = VaultOption();
        var json = JsonOption();
        var command = new Command("ls", "Lists the versions of a vault; needs no key.") { vault, json };
        command.SetAction(result => DataPrinter.Versions(result.InvocationConfiguration.Output, DataVault.List(result.GetRequiredValue(vault).FullName), result.GetValue(json)));
        return command.WithExamples("fedlearn data ls --vault vault", "fedlearn data ls --vault vault --json");
    }

    private static Command Log()
    {
        var vault = VaultOption();
        var command = new Command("log", "Prints what happened to a vault (imports, key rotations, destructions), one event a line, and the root of all; exits 1 where they do not fit together. Needs no key.") { vault };
        command.SetAction(result =>
        {
            var history = DataVault.ReadHistory(result.GetRequiredValue(vault).FullName);
            var output = result.InvocationConfiguration.Output;
            history.Lines.ToList().ForEach(output.WriteLine);
            output.WriteLine(history.Mistake ?? $"{history.Lines.Count} events hold together; their root is {history.Root}");
            return history.Mistake is null ? ExitCode.Ok : ExitCode.Failed;
        });
        return command.WithExamples("fedlearn data log --vault vault");
    }

    private static Command Look(string name, string description, bool verify)
    {
        var vault = VaultOption();
        var version = VersionArgument();
        var json = JsonOption();
        var command = new Command(name, description) { version, vault, json };
        var key = new KeyOptions().AddTo(command);
        command.SetAction(result =>
        {
            using var opened = Open(result, vault, key);
            var found = opened.Find(result.GetValue(version));
            var reports = verify ? opened.Verify(found) : opened.Describe(found);
            DataPrinter.Files(result.InvocationConfiguration.Output, found, reports, result.GetValue(json));
            return reports.Any(r => r.Problem is not null) ? ExitCode.Failed : ExitCode.Ok;
        });
        return command.WithExamples($"fedlearn data {name} --vault vault --key-file vault.key", $"fedlearn data {name} 2 --vault vault --key-file vault.key --json");
    }

    /// <summary>The records of one part.</summary>
    internal static long Count(IReadOnlyList<FileReport> reports, DataPart part) => reports.Where(r => r.File.Part == part).Sum(r => r.Records);
}
