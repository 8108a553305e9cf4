using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FedLearn.Coordinator.Storage;

/// <summary>Makes files and their names durable. .NET can sync a file but not a folder, so that goes to the system itself.</summary>
internal static partial class Durable
{
    /// <summary>Syncs a file's bytes to the disk.</summary>
    /// <exception cref="UnknownOutcomeException">The sync failed: what is on disk is unknown.</exception>
    public static void Sync(SafeFileHandle file)
    {
        try
        {
            RandomAccess.FlushToDisk(file);
        }
        catch (IOException e) when (!DiskErrors.IsFull(e))
        {
            throw new UnknownOutcomeException($"a file could not be synced: {e.Message}", e);
        }
    }

    /// <summary>Renames a synced file and makes its new name durable.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        SyncFolder(Path.GetDirectoryName(to)!);
    }

    /// <summary>Makes a folder, and the names on the way to it, durable.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))!;
        CreateFolder(parent);
        Directory.CreateDirectory(path);
        SyncFolder(parent);
    }

    /// <summary>Makes the names in a folder durable (POSIX: fsync of the directory; on Windows names are durable with the file).</summary>
    /// <exception cref="UnknownOutcomeException">The sync failed.</exception>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw new UnknownOutcomeException($"cannot open folder {path} to sync it (errno {Marshal.GetLastPInvokeError()})");
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw new UnknownOutcomeException($"cannot sync folder {path} (errno {Marshal.GetLastPInvokeError()})");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
