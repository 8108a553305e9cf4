using System.CommandLine;

namespace FedLearn.Cli.Hosting;

/// <summary>The key under which a coordinator's files are sealed.</summary>
internal static class StorageKeyOption
{
    public static Option<FileInfo> Create() => new("--storage-key-file")
    {
        Description = "The key under which models and updates are sealed on the disk: 32 random bytes that only you may read, outside the data folder. A coordinator makes the file where nothing is sealed yet.",
        HelpName = "FILE",
    };
}
