using System.Collections.Concurrent;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>
/// A resume believes the block list of a partial upload: its check sees the bytes that were once written, not those that the power cut
/// left.
/// </summary>
internal sealed class TrustedBlockList : PlantedBug
{
    private readonly ConcurrentDictionary<string, Content> _written = new(StringComparer.Ordinal);

    public override string Name => "torn-block-list-trusted";

    public override IDisk On(CrashDisk disk) => new Disk(disk, _written);

    private sealed class Disk(IDisk disk, ConcurrentDictionary<string, Content> written) : DiskDouble(disk)
    {
        protected override long Length(IDiskFile file, string path) => written.TryGetValue(path, out var all) ? all.Length : file.Length;

        protected override int Read(IDiskFile file, string path, Span<byte> buffer, long at) =>
            written.TryGetValue(path, out var all) ? all.Read(buffer, at) : file.Read(buffer, at);

        protected override void Write(IDiskFile file, string path, ReadOnlySpan<byte> bytes, long at)
        {
            file.Write(bytes, at);
            if (path.EndsWith(".part", StringComparison.Ordinal) && !path.Contains("safetensors", StringComparison.Ordinal))
            {
                written.GetOrAdd(path, _ => new Content()).Write(bytes, at);
            }
        }
    }
}
