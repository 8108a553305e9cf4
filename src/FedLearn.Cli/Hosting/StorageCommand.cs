using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Coordinator.Storage;

namespace FedLearn.Cli.Hosting;

/// <summary><c>fedlearn storage</c>: the key under which a coordinator's files are sealed.</summary>
internal static class StorageCommand
{
    private const string Example = "fedlearn storage rotate-key --data data --storage-key-file storage.key --new-storage-key-file storage-2.key";

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "The coordinator's data folder; the coordinator is stopped.", HelpName = "DIR", Required = true };
        var key = StorageKeyOption.Create();
        key.Required = true;
        var newKey = new Option<FileInfo>("--new-storage-key-file") { Description = "The new key; the file is made where it does not exist.", HelpName = "FILE", Required = true };
        var rotate = new Command("rotate-key", "Puts a data folder under another storage key. The files themselves stay as they are.") { data, key, newKey };
        rotate.SetAction(result =>
        {
            StorageKeys.Rotate(result.GetRequiredValue(data).FullName, result.GetRequiredValue(key).FullName, result.GetRequiredValue(newKey).FullName);
            result.InvocationConfiguration.Output.WriteLine($"{result.GetRequiredValue(data).FullName} is under the key in {result.GetRequiredValue(newKey).FullName} now");
        });
        return new Command("storage", "The key under which a coordinator's files are sealed.")
        {
            rotate.WithExamples(Example),
        }.WithExamples(Example);
    }
}
