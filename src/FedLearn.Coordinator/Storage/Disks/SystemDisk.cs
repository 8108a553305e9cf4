using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FedLearn.Coordinator.Storage.Disks;

/// <summary>The machine's disk. .NET can sync a file but not a folder, so that goes to the system itself.</summary>
internal sealed partial class SystemDisk : IDisk
{
    private const uint SyncFileRangeWrite = 2;

    /// <summary>It has no state; this one serves everybody.</summary>
    public static SystemDisk Instance { get; } = new();

    /// <inheritdoc/>
    public IDiskFile OpenWrite(string path) => new OpenFile(path, File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));

    /// <inheritdoc/>
    public IDiskFile OpenRead(string path) => new OpenFile(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public bool FolderExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public void MakeFolder(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // Names are durable with their file.
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

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException) && !DiskErrors.IsFull(e))
        {
            throw new UnknownOutcomeException($"cannot rename {from} to {to}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Then the file is gone too.
        }
    }

    /// <inheritdoc/>
    public void DeleteFolder(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // There is none.
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FilesIn(string path) => Directory.Exists(path) ? Directory.GetFiles(path) : [];

    /// <inheritdoc/>
    public IReadOnlyList<string> FoldersIn(string path) => Directory.Exists(path) ? Directory.GetDirectories(path) : [];

    /// <inheritdoc/>
    public long BytesBelow(string path)
    {
        try
        {
            return new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(LengthOf);
        }
        catch (DirectoryNotFoundException)
        {
            return 0; // A round ended just now.
        }
    }

    /// <inheritdoc/>
    public long FreeBytes(string path) => new DriveInfo(path).AvailableFreeSpace;

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = false)]
    private static partial int SyncFileRange(SafeFileHandle file, long at, long length, uint flags);

    private sealed class OpenFile(string path, SafeFileHandle handle) : IDiskFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> buffer, long at) => RandomAccess.Read(handle, buffer, at);

        public void Write(ReadOnlySpan<byte> bytes, long at)
        {
            try
            {
                RandomAccess.Write(handle, bytes, at);
            }
            catch (IOException e) when (!DiskErrors.IsFull(e))
            {
                throw new UnknownOutcomeException($"cannot write {path}: {e.Message}", e);
            }
        }

        public void SetLength(long length)
        {
            try
            {
                RandomAccess.SetLength(handle, length);
            }
            catch (IOException e) when (!DiskErrors.IsFull(e))
            {
                throw new UnknownOutcomeException($"cannot set the length of {path}: {e.Message}", e);
            }
        }

        public void StartWriteback(long at, long length)
        {
            if (OperatingSystem.IsLinux())
            {
                // Its result does not matter: an error that it meets is the sync's to report.
                _ = SyncFileRange(handle, at, length, SyncFileRangeWrite);
            }
        }

        public void Sync()
        {
            try
            {
                RandomAccess.FlushToDisk(handle);
            }
            catch (IOException e)
            {
                throw new UnknownOutcomeException($"cannot sync {path}: {e.Message}", e);
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
