namespace FedLearn.Coordinator.Storage.Disks;

/// <summary>
/// The operations that the coordinator's files are made of, one method for each write, sync and rename, so that a test can stop, fail or
/// lose every single one of them. The database has its own way to the disk, through SQLite's VFS.
/// </summary>
/// <remarks>
/// Errors: a full disk is an <see cref="IOException"/> of which <see cref="DiskErrors.IsFull"/> is true: the operation did not happen. A
/// sync that fails in any way, and a write or rename that fails in any other way (but for a name that does not exist), is an
/// <see cref="UnknownOutcomeException"/>: what is on disk is unknown, and it is never tried again in this process. A read that fails is an
/// <see cref="IOException"/>.
/// </remarks>
internal interface IDisk
{
    /// <summary>Opens a file for writing and reading; makes it where it does not exist.</summary>
    IDiskFile OpenWrite(string path);

    /// <summary>The same, with a hint about a new file: after its first <paramref name="head"/> bytes it is written and read in whole blocks.</summary>
    IDiskFile OpenWrite(string path, int head) => OpenWrite(path);

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="FileNotFoundException">There is none; also <see cref="DirectoryNotFoundException"/>.</exception>
    IDiskFile OpenRead(string path);

    /// <summary>Whether there is a file of this name.</summary>
    bool FileExists(string path);

    /// <summary>Whether there is a folder of this name.</summary>
    bool FolderExists(string path);

    /// <summary>Makes one folder, whose parent exists. Its name is durable after <see cref="SyncFolder"/> of the parent.</summary>
    void MakeFolder(string path);

    /// <summary>Makes the names in a folder durable.</summary>
    /// <exception cref="UnknownOutcomeException">The sync failed.</exception>
    void SyncFolder(string path);

    /// <summary>Renames a file, replacing one of the new name. Durable after <see cref="SyncFolder"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file; nothing happens where there is none.</summary>
    void DeleteFile(string path);

    /// <summary>Deletes a folder with everything in it; nothing happens where there is none.</summary>
    void DeleteFolder(string path);

    /// <summary>The full paths of the files in a folder; none where it does not exist.</summary>
    IReadOnlyList<string> FilesIn(string path);

    /// <summary>The full paths of the folders in a folder; none where it does not exist.</summary>
    IReadOnlyList<string> FoldersIn(string path);

    /// <summary>The bytes of all files in a folder and below it.</summary>
    long BytesBelow(string path)
    {
        var bytes = FoldersIn(path).Sum(BytesBelow);
        foreach (var name in FilesIn(path))
        {
            using var file = OpenRead(name);
            bytes += file.Length;
        }

        return bytes;
    }

    /// <summary>Bytes that this user can still write on the disk of a folder.</summary>
    long FreeBytes(string path);
}

/// <summary>An open file. Reads and writes at different places may run on several threads at once.</summary>
internal interface IDiskFile : IDisposable
{
    /// <summary>The file's length in bytes.</summary>
    long Length { get; }

    /// <summary>
    /// The bytes that reach the disk as one: a write behind a sync that begins at another multiple of them would put what was synced at risk.
    /// </summary>
    int Unit => 1;

    /// <summary>Reads up to a buffer's length from a place in the file; 0 at the end.</summary>
    int Read(Span<byte> buffer, long at);

    /// <summary>Writes all bytes at a place in the file.</summary>
    void Write(ReadOnlySpan<byte> bytes, long at);

    /// <summary>Cuts the file, or extends it with zeros.</summary>
    void SetLength(long length);

    /// <summary>A hint that these bytes do not change any more and that a sync will come: the disk may start on them. Promises nothing.</summary>
    void StartWriteback(long at, long length)
    {
    }

    /// <summary>Makes the file's bytes durable; its name is the folder's matter.</summary>
    /// <exception cref="UnknownOutcomeException">The sync failed.</exception>
    void Sync();
}
