using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Models;

namespace FedLearn.Coordinator.Models;

/// <summary>The files of published versions: safetensors, with a block list beside each.</summary>
internal sealed class VersionFiles(DataFolder folder)
{
    /// <summary>
    /// Writes a version's file under a temporary name; <paramref name="fill"/> writes the vector. What is there under the final name
    /// from an unfinished try is replaced.
    /// </summary>
    public StoredVersion Write(string runId, int version, int round, byte[] parentDigest, ModelManifest manifest, Action<BlockVectorWriter> fill)
    {
        folder.Folders.Make(folder.VersionsOf(runId));
        var path = folder.VersionFile(runId, version);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["fedlearn.run"] = runId,
            ["fedlearn.version"] = $"{version}",
            ["fedlearn.round"] = $"{round}",
            ["fedlearn.parent"] = Convert.ToHexStringLower(parentDigest),
        };
        using var writer = BlockVectorWriter.Create(folder.Disk, $"{path}.part", ListOf(path), Safetensors.WriteHeader(manifest, metadata), manifest.ByteLength);
        try
        {
            fill(writer);
        }
        catch
        {
            writer.Discard();
            throw;
        }

        if (!writer.AllFinite)
        {
            writer.Discard();
            throw new StoredDataException($"version {version} would hold NaN or Inf");
        }

        var digest = writer.Finish();
        writer.Seal(path);
        return new StoredVersion(runId, version, round, digest, parentDigest, manifest.ByteLength, manifest.Hash);
    }

    /// <summary>Opens a version's vector.</summary>
    /// <exception cref="StoredDataException">The file is missing or damaged.</exception>
    public VectorReader OpenVector(StoredVersion version)
    {
        var path = folder.VersionFile(version.RunId, version.Number);
        return new VectorReader(folder.Disk, new VectorPlace(path, HeaderLength(path), ListOf(path), 0, version.ByteLength));
    }

    /// <summary>Opens a version's whole file.</summary>
    public IDiskFile OpenFile(StoredVersion version) => folder.Disk.OpenRead(folder.VersionFile(version.RunId, version.Number));

    private long HeaderLength(string path)
    {
        try
        {
            using var file = folder.Disk.OpenRead(path);
            var prefix = new byte[Safetensors.PrefixLength];
            if (file.Fill(prefix, 0, path) < prefix.Length)
            {
                throw new StoredDataException($"{path} has {file.Length} bytes; expected a safetensors file");
            }

            var (length, problem) = Safetensors.ReadPrefix(prefix, file.Length);
            return problem is null ? Safetensors.PrefixLength + length : throw new StoredDataException($"{path}: {problem}");
        }
        catch (IOException e)
        {
            throw new StoredDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static string ListOf(string path) => Path.ChangeExtension(path, ".blocks");
}
