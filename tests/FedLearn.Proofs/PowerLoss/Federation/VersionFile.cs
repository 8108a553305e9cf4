using System.Buffers.Binary;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Proofs;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>Reads a published version as any reader of safetensors does, past the coordinator's own code.</summary>
internal static class VersionFile
{
    /// <summary>Where it lies.</summary>
    public static string PathOf(string folder, string runId, int version) => Path.Combine(folder, "runs", runId, "versions", $"{version:D6}.safetensors");

    /// <summary>The digest of its vector, or what is wrong.</summary>
    public static string DigestOf(CrashDisk disk, string folder, string runId, int version)
    {
        var path = PathOf(folder, runId, version);
        if (!disk.FileExists(path))
        {
            return "missing";
        }

        var bytes = Machine.FilesOf(disk, folder).ReadAll(path);
        var start = bytes.Length < 8 ? long.MaxValue : 8 + BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return start > bytes.Length ? "cut short" : Convert.ToHexStringLower(BlockDigest.Of(bytes.AsSpan((int)start)));
    }
}
