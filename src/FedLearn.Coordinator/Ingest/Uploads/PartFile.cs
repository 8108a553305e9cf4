using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>One part of a large update, written to a file of its own as it comes.</summary>
/// <param name="vector">The file.</param>
/// <param name="byteLength">The part's bytes.</param>
/// <param name="finalPath">The file's name once the update is accepted.</param>
internal sealed class PartFile(VectorWriter vector, long byteLength, string finalPath) : IDisposable
{
    private WholePart? _whole;

    /// <summary>The bytes taken so far.</summary>
    public long Length => vector.Length;

    /// <summary>The bytes still to come.</summary>
    public long Room => byteLength - vector.Length;

    /// <summary>What is wrong with the bytes so far, or null.</summary>
    public string? Mistake => vector.Mistake;

    public string FinalPath => finalPath;

    public void Append(ReadOnlySpan<byte> bytes) => vector.Append(bytes);

    /// <summary>Syncs the bytes and their list, once, and says what they are.</summary>
    public WholePart Finish() => _whole ??= new WholePart(vector.Finish(), vector.Norm, vector.Mistake);

    /// <summary>Gives the file its final name, durably.</summary>
    public void Seal() => vector.Seal(finalPath);

    public void Discard(IDisk disk)
    {
        vector.Discard();
        disk.DeleteFile(finalPath);
    }

    public void Dispose() => vector.Dispose();
}
