using System.CommandLine;
using FedLearn.Cli.Hosting;
using FedLearn.Cli.Shell;
using FedLearn.Coordinator.Provenance;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn run verify</c>: needs a data folder alone.</summary>
internal static class RunVerifyCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's id, as `fedlearn run ls` prints it.", HelpName = "RUN" };
        var data = new Option<DirectoryInfo>("--data") { Description = "The coordinator's data folder, or a backup of it; the coordinator may be running.", HelpName = "DIR", Required = true };
        var key = new Option<FileInfo>("--key") { Description = "The public key that must have signed everything (DER), such as a worker keeps beside its receipts; otherwise the keys that the log names.", HelpName = "KEY.der" };
        var storageKey = StorageKeyOption.Create();
        var command = new Command("verify", "Verifies a run from version 0 on: signatures, parents, digests, the log; and where updates were kept, computes its versions again. Exit 0 only if all holds.") { run, data, key, storageKey };
        command.SetAction((result, cancellationToken) =>
        {
            var expected = result.GetValue(key) is { } file ? File.ReadAllBytes(file.FullName) : null;
            var mistakes = RunVerification.Verify(
                result.GetRequiredValue(data).FullName, result.GetValue(storageKey)?.FullName, result.GetRequiredValue(run), expected, result.InvocationConfiguration.Output.WriteLine, cancellationToken);
            return Task.FromResult(mistakes == 0 ? ExitCode.Ok : ExitCode.Failed);
        });
        return command.WithExamples("fedlearn run verify RUN --data data");
    }
}
