using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace FedLearn.Client.Vault.Files;

/// <summary>File operations that are over only when the disk has them. Files are readable by their owner alone.</summary>
internal static partial class DurableFile
{
    private const int OpenReadOnly = 0;

    /// <summary>Creates a new file that only its owner may read.</summary>
    public static SafeFileHandle CreatePrivate(string path)
    {
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }

    /// <summary>Creates a folder that only its owner may enter, with its parents.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent)
        {
            SyncFolder(parent);
        }
    }

    /// <summary>Puts <paramref name="content"/> at <paramref name="path"/>: either all of it is there afterwards, or what was there before.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.tmp";
        try
        {
            using (var file = CreatePrivate(temporary))
            {
                RandomAccess.Write(file, content, 0);
                RandomAccess.FlushToDisk(file);
            }

            Publish(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes a new file, and fails where one of this name exists.</summary>
    public static void CreateNew(string path, ReadOnlySpan<byte> content)
    {
        using (var file = CreatePrivate(path))
        {
            RandomAccess.Write(file, content, 0);
            RandomAccess.FlushToDisk(file);
        }

        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Renames a finished file to its place and, unless told otherwise, makes the rename durable; such a file was flushed before.</summary>
    public static void Publish(string temporary, string path, bool durable = true)
    {
        File.Move(temporary, path, overwrite: true);
        if (durable)
        {
            SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    /// <summary>
    /// Overwrites a file in place and deletes it. A file system that copies on write, a flash disk's spare blocks and backups may
    /// still hold the old bytes: those copies are for the key's owner to end, by rotating the key-encryption key away.
    /// </summary>
    public static void Shred(string path)
    {
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, RandomNumberGenerator.GetBytes(checked((int)RandomAccess.GetLength(file))), 0);
            RandomAccess.FlushToDisk(file);
        }

        Delete(path);
    }

    /// <summary>Deletes a file durably.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes creations, renames and deletions in a folder durable. Windows journals them by itself.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, OpenReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"cannot open folder {path} to flush it: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Fsync(descriptor) != 0)
        {
            throw new IOException($"cannot flush folder {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);
}
