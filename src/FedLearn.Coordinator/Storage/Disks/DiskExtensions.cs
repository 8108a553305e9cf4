namespace FedLearn.Coordinator.Storage.Disks;

/// <summary>What several users of a disk do with its operations.</summary>
internal static class DiskExtensions
{
    /// <summary>Renames a synced file and makes its new name durable.</summary>
    public static void RenameDurably(this IDisk disk, string from, string to)
    {
        disk.Rename(from, to);
        disk.SyncFolder(Path.GetDirectoryName(to)!);
    }

    /// <summary>Fills a buffer from a place in the file. Returns less than its length only where the file ends.</summary>
    /// <exception cref="StoredDataException">The disk cannot read it.</exception>
    public static int Fill(this IDiskFile file, Span<byte> buffer, long at, string path)
    {
        var done = 0;
        try
        {
            while (done < buffer.Length && file.Read(buffer[done..], at + done) is > 0 and var read)
            {
                done += read;
            }
        }
        catch (IOException e)
        {
            throw new StoredDataException($"{path} cannot be read at byte {at + done}: {e.Message}", e);
        }

        return done;
    }

    /// <summary>The bytes of a small file.</summary>
    /// <exception cref="FileNotFoundException">There is none; also <see cref="DirectoryNotFoundException"/>.</exception>
    /// <exception cref="StoredDataException">The disk cannot read it.</exception>
    public static byte[] ReadAll(this IDisk disk, string path)
    {
        using var file = disk.OpenRead(path);
        var bytes = new byte[file.Length];
        var read = file.Fill(bytes, 0, path);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
