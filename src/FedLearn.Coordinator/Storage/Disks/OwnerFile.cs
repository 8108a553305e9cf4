using System.Text;

namespace FedLearn.Coordinator.Storage.Disks;

/// <summary>A small file with a secret: for its owner alone.</summary>
internal static class OwnerFile
{
    /// <summary>Where files have modes: the owner's reading and writing.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a file of one line, durable. It appears whole: a secret of which a power cut left half would stop every later start.</summary>
    public static void Create(string path, string line) => Create(path, Encoding.ASCII.GetBytes(line + "\n"));

    /// <summary>Makes a file, in the same way.</summary>
    public static void Create(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Mode;
        }

        var unfinished = $"{path}.part";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        SystemDisk.Instance.RenameDurably(unfinished, path);
    }

    /// <summary>Refuses a file that others may read or change.</summary>
    /// <param name="path">The file; one that is not there is not refused.</param>
    /// <param name="what">What it is, with what others could do.</param>
    /// <exception cref="StartupException">Others may.</exception>
    public static void RefuseOthers(string path, string what)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & ~(Mode | UnixFileMode.UserExecute)) != 0)
        {
            throw new StartupException($"others may read or change {what}; make it yours alone: chmod 600 {path}");
        }
    }
}
