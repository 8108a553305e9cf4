using System.Text;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Sealing;

namespace FedLearn.Coordinator.Storage.Sealing;

/// <summary>
/// A disk on which the files of models and updates lie sealed, each under a key of its own, made of the data key and the file's name; all
/// other files pass as they are. A file has one identity from its first byte on, whatever it is called while it is unfinished.
/// </summary>
/// <param name="disk">The disk below.</param>
/// <param name="root">The data folder.</param>
/// <param name="dataKey">The data key, <see cref="UnitSeal.KeyLength"/> bytes.</param>
internal sealed class SealedDisk(IDisk disk, string root, byte[] dataKey) : IDisk
{
    /// <summary>What ends the name of a file that is being sealed after the fact.</summary>
    public const string Unfinished = ".sealing";

    /// <summary>Content of a frame: a 32nd of a block, so that readers of pieces open little in vain.</summary>
    private const int Unit = 32 << 10;

    private static readonly string[] s_endings = [Unfinished, ".part", ".update"];

    public IDiskFile OpenWrite(string path) => OpenWrite(path, 0);

    /// <summary>Opens a file. One whose header a power cut lost begins anew.</summary>
    public IDiskFile OpenWrite(string path, int head)
    {
        var file = disk.OpenWrite(path);
        if (!Covers(path))
        {
            return file;
        }

        try
        {
            return new SealedFile(file, TryOpen(file, path) ?? Begin(file, path, head), path, isWritten: true);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="BrokenSealException">The file is not sealed, or not as this one.</exception>
    public IDiskFile OpenRead(string path)
    {
        var file = disk.OpenRead(path);
        if (!Covers(path))
        {
            return file;
        }

        try
        {
            return TryOpen(file, path) is { } seal
                ? new SealedFile(file, seal, path, isWritten: false)
                : throw new BrokenSealException($"{path} is damaged: its first {UnitLayout.HeaderLength} bytes are not the header of a file that was sealed here under this name");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file is sealed already.</summary>
    public bool IsSealed(string path)
    {
        using var file = disk.OpenRead(path);
        using var seal = TryOpen(file, path);
        return seal is not null;
    }

    public bool FileExists(string path) => disk.FileExists(path);

    public bool FolderExists(string path) => disk.FolderExists(path);

    public void MakeFolder(string path) => disk.MakeFolder(path);

    public void SyncFolder(string path) => disk.SyncFolder(path);

    public void Rename(string from, string to) => disk.Rename(from, to);

    public void DeleteFile(string path) => disk.DeleteFile(path);

    public void DeleteFolder(string path) => disk.DeleteFolder(path);

    public IReadOnlyList<string> FilesIn(string path) => disk.FilesIn(path);

    public IReadOnlyList<string> FoldersIn(string path) => disk.FoldersIn(path);

    public long BytesBelow(string path) => disk.BytesBelow(path);

    public long FreeBytes(string path) => disk.FreeBytes(path);

    private UnitSeal? TryOpen(IDiskFile file, string path)
    {
        Span<byte> header = stackalloc byte[UnitLayout.HeaderLength];
        return file.Fill(header, 0, path) == header.Length ? UnitSeal.TryOpen(dataKey, IdentityOf(path), header) : null;
    }

    private UnitSeal Begin(IDiskFile file, string path, int head)
    {
        Span<byte> header = stackalloc byte[UnitLayout.HeaderLength];
        var isList = path.EndsWith(".blocks", StringComparison.Ordinal);
        var seal = UnitSeal.Create(dataKey, IdentityOf(path), new UnitLayout(isList ? BlockList.EntrySize : Unit, head), header);
        file.SetLength(0);
        file.Write(header, 0);
        return seal;
    }

    private bool Covers(string path) => RelativeOf(path) is var name
        && (name.StartsWith("runs/", StringComparison.Ordinal) || name.StartsWith("initial-", StringComparison.Ordinal));

    private byte[] IdentityOf(string path)
    {
        var name = RelativeOf(path);
        foreach (var ending in s_endings.Where(e => name.EndsWith(e, StringComparison.Ordinal)))
        {
            name = name[..^ending.Length];
        }

        return Encoding.UTF8.GetBytes(name);
    }

    private string RelativeOf(string path) => Path.GetRelativePath(root, path).Replace('\\', '/');
}
