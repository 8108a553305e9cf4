using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Cli.Data;

/// <summary><c>fedlearn data rotate-key</c> and <c>fedlearn data destroy</c>.</summary>
internal static class DataKeyCommands
{
    public static Command Rotate()
    {
        var vault = DataCommand.VaultOption();
        var state = new Option<DirectoryInfo>("--state") { Description = "The worker's state folder, to be put under the new key too; the worker must be stopped.", HelpName = "DIR" };
        var command = new Command("rotate-key", "Wraps all data keys under another key; the sealed data stays as it is.") { vault, state };
        var current = new KeyOptions().AddTo(command);
        var next = new KeyOptions("--new-").AddTo(command);
        command.SetAction(result =>
        {
            KeySource from = current.Read(result), to = next.Read(result);

            // Either call skips what is under the new key already, so that a command that was interrupted can be given again.
            var rewrapped = result.GetValue(state) is { } folder ? SealedStore.RotateKey(folder.FullName, from, to) : 0;
            rewrapped += DataVault.RotateKey(result.GetRequiredValue(vault).FullName, from, to);
            result.InvocationConfiguration.Output.WriteLine($"{rewrapped} data keys are under the new key; delete the old one once no backup needs it");
        });
        return command.WithExamples("fedlearn data rotate-key --vault vault --state state --key-file old.key --new-key-file new.key");
    }

    public static Command Destroy()
    {
        var vault = DataCommand.VaultOption();
        var version = DataCommand.VersionArgument();
        var yes = new Option<bool>("--yes") { Description = "Do it. Without this, only say what would be destroyed." };
        var command = new Command("destroy", "Makes a version unreadable for good by destroying the keys of its files.") { version, vault, yes };
        var key = new KeyOptions().AddTo(command);
        command.SetAction(result =>
        {
            using var opened = DataCommand.Open(result, vault, key);
            var found = opened.Find(result.GetValue(version));
            var output = result.InvocationConfiguration.Output;
            if (!result.GetValue(yes))
            {
                output.WriteLine($"this would make version {string.Join(", ", opened.AffectedBy(found))} unreadable for good; nothing was done. Say --yes to do it");
                return ExitCode.Failed;
            }

            output.WriteLine($"destroyed: version {string.Join(", ", opened.Destroy(found))} cannot be read any more, by anybody");
            return ExitCode.Ok;
        });
        return command.WithExamples("fedlearn data destroy 1 --vault vault --key-file vault.key --yes");
    }
}
