using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Models;
using FedLearn.Core.Optimizers;

namespace FedLearn.Coordinator.Models;

/// <summary>
/// The files of published versions: safetensors, with a block list beside each. Each vector of a version's server state is a file of the
/// same form, with the model's tensors.
/// </summary>
/// <param name="folder">Where versions are read.</param>
/// <param name="target">Where they are written; null for the same.</param>
internal sealed class VersionFiles(DataFolder folder, DataFolder? target = null)
{
    /// <summary>
    /// Writes a version's files under temporary names; <paramref name="fill"/> writes the vectors. What is there under the final names
    /// from an unfinished try is replaced.
    /// </summary>
    public StoredVersion Write(
        string runId, int version, int round, byte[] parentDigest, ModelManifest manifest, ImmutableArray<StateVector> state, Action<VersionWriter> fill)
    {
        var to = target ?? folder;
        to.Folders.Make(to.VersionsOf(runId));
        var path = to.VersionFile(runId, version);
        var statePaths = state.Select(s => to.StateFile(runId, version, s.Name)).ToList();
        var header = HeaderOf(runId, version, round, parentDigest, manifest);
        using var writer = new VersionWriter(Create(path), [.. statePaths.Select(Create)]);
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

        var digests = writer.Finish();
        writer.Seal(path, statePaths);
        return new StoredVersion(runId, version, round, digests.Parameters, parentDigest, manifest.ByteLength, manifest.Hash)
        {
            State = [.. state.Zip(digests.State, (s, digest) => new StoredState(s.Name, digest))],
        };

        BlockVectorWriter Create(string file) => BlockVectorWriter.Create(to.Disk, $"{file}.part", ListOf(file), header, manifest.ByteLength);
    }

    /// <summary>Opens a version's vector.</summary>
    /// <exception cref="StoredDataException">The file is missing or damaged.</exception>
    public VectorReader OpenVector(StoredVersion version) =>
        new(folder.Disk, PlaceOf(folder.VersionFile(version.RunId, version.Number), version.ByteLength));

    /// <summary>Opens the vectors of a version's server state, after checking each one's block list against its digest; none of version 0.</summary>
    /// <param name="version">The version.</param>
    /// <param name="state">What the run's optimizer keeps.</param>
    /// <param name="files">Keeps them open.</param>
    /// <exception cref="StoredDataException">A file is missing or damaged.</exception>
    public IReadOnlyList<VectorReader> OpenState(StoredVersion version, ImmutableArray<StateVector> state, OpenFiles files)
    {
        if (version.Number > 0 && !version.State.Select(s => s.Name).SequenceEqual(state.Select(s => s.Name)))
        {
            throw new StoredDataException($"version {version.Number} of run {version.RunId} has the server state [{string.Join(", ", version.State.Select(s => s.Name))}]; "
                + $"expected [{string.Join(", ", state.Select(s => s.Name))}]");
        }

        return [.. version.State.Select(s => OpenState(folder.StateFile(version.RunId, version.Number, s.Name), s.Digest, version.ByteLength, files))];
    }

    /// <summary>Opens one vector of a version's server state, with handles of its own.</summary>
    /// <exception cref="StoredDataException">A file is missing or damaged.</exception>
    public VectorReader OpenState(StoredVersion version, string name) =>
        new(folder.Disk, PlaceOf(folder.StateFile(version.RunId, version.Number, name), version.ByteLength));

    /// <summary>Opens a version's whole file.</summary>
    public IDiskFile OpenFile(StoredVersion version) => folder.Disk.OpenRead(folder.VersionFile(version.RunId, version.Number));

    /// <summary>Checks what no digest covers: that the file's header is, byte for byte, the one that was written.</summary>
    /// <exception cref="StoredDataException">It is not.</exception>
    public static void CheckHeader(IDiskFile file, StoredVersion version, ModelManifest manifest)
    {
        var expected = HeaderOf(version.RunId, version.Number, version.Round, version.ParentDigest, manifest);
        var header = new byte[expected.Length];
        if (file.Fill(header, 0, $"the file of version {version.Number} of run {version.RunId}") < header.Length || !header.AsSpan().SequenceEqual(expected))
        {
            throw new StoredDataException($"the header of the file of version {version.Number} of run {version.RunId} is damaged: it is not the one that was written");
        }
    }

    private static byte[] HeaderOf(string runId, int version, int round, byte[] parentDigest, ModelManifest manifest) => Safetensors.WriteHeader(
        manifest,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["fedlearn.run"] = runId,
            ["fedlearn.version"] = $"{version}",
            ["fedlearn.round"] = $"{round}",
            ["fedlearn.parent"] = Convert.ToHexStringLower(parentDigest),
        });

    private VectorReader OpenState(string path, byte[] digest, long byteLength, OpenFiles files)
    {
        var reader = new VectorReader(files, PlaceOf(path, byteLength));
        using var list = folder.Disk.OpenRead(ListOf(path));
        return BlockList.DigestOf(list, ListOf(path)).AsSpan().SequenceEqual(digest)
            ? reader
            : throw new StoredDataException($"{ListOf(path)} does not match the digest of its version's row");
    }

    private VectorPlace PlaceOf(string path, long byteLength) => new(path, HeaderLength(path), ListOf(path), 0, byteLength);

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
