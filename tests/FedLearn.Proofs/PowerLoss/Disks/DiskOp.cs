namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>What can be done to a disk. Each is one fault point.</summary>
internal enum OpKind
{
    Create,
    Write,
    SetLength,
    Sync,
    MakeFolder,
    SyncFolder,
    Rename,
    DeleteFile,
    DeleteFolder,
}

/// <summary>One operation, with all that is needed to do it again on another disk.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Path">The full path of the file or folder, as it was called when the operation came.</param>
/// <param name="File">The file's number: files are numbered in the order of their creation and keep their number when renamed.</param>
/// <param name="To">A rename's new path.</param>
/// <param name="At">A write's place, or the length that is set.</param>
/// <param name="Bytes">A write's bytes.</param>
internal sealed record DiskOp(OpKind Kind, string Path, int File = 0, string? To = null, long At = 0, byte[]? Bytes = null)
{
    /// <summary>Whether the operation makes something durable.</summary>
    public bool IsSync => Kind is OpKind.Sync or OpKind.SyncFolder;

    public override string ToString() => Kind switch
    {
        OpKind.Write => $"Write {Path} [{At}, {At + Bytes!.Length})",
        OpKind.SetLength => $"SetLength {Path} {At}",
        OpKind.Rename => $"Rename {Path} -> {To}",
        _ => $"{Kind} {Path}",
    };
}
