using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Coordinator.Storage;

namespace FedLearn.Cli.Hosting;

/// <summary><c>fedlearn backup</c> and <c>fedlearn restore</c>.</summary>
internal static class BackupCommand
{
    public static Command CreateBackup()
    {
        var data = Folder("data", "DATA", "The coordinator's data folder; the coordinator may be running.");
        var target = Folder("target", "TARGET", "A folder that does not exist yet or is empty.");
        var command = new Command("backup", "Copies a coordinator's data folder, also while it runs.") { data, target };
        command.SetAction(result =>
        {
            Backup.Create(result.GetRequiredValue(data).FullName, result.GetRequiredValue(target).FullName);
            result.InvocationConfiguration.Output.WriteLine($"backup of {result.GetRequiredValue(data).FullName} in {result.GetRequiredValue(target).FullName}");
        });
        return command.WithExamples("fedlearn backup data backup-2026-11-24");
    }

    public static Command CreateRestore()
    {
        var backup = Folder("backup", "BACKUP", "The folder that `fedlearn backup` made.");
        var data = Folder("data", "DATA", "The new data folder: it does not exist yet or is empty.");
        var command = new Command("restore", "Puts a backup back; a coordinator started on it goes on from there.") { backup, data };
        command.SetAction(result =>
        {
            Backup.Restore(result.GetRequiredValue(backup).FullName, result.GetRequiredValue(data).FullName);
            result.InvocationConfiguration.Output.WriteLine($"restored to {result.GetRequiredValue(data).FullName}");
        });
        return command.WithExamples("fedlearn restore backup-2026-11-24 data");
    }

    private static Argument<DirectoryInfo> Folder(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };
}
