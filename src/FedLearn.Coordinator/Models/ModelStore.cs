using System.Buffers;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Models;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Models;

/// <summary>Computes versions and keeps them on disk; memory is bounded by a few blocks, whatever the model's size.</summary>
internal sealed class ModelStore(DataFolder folder, VersionFiles versions, CoordinatorOptions options, CoordinatorLog log) : IModelStore
{
    public StoredVersion Initialise(string runId, RunSpec spec, Stream? initial) =>
        versions.Write(runId, 0, 0, [], spec.Model.Manifest, writer =>
        {
            if (initial is null)
            {
                Draw(writer, spec);
            }
            else
            {
                InitialModel.Copy(initial, spec.Model.Manifest, writer);
            }
        });

    public StoredVersion Aggregate(
        string runId,
        RunSpec spec,
        StoredVersion baseVersion,
        int round,
        IReadOnlyList<SealedUpdate> updates,
        CancellationToken cancellationToken)
    {
        using var aggregator = new RoundAggregator(versions.OpenVector(baseVersion), [.. updates.Select(Open)], spec.Strategy);
        return versions.Write(runId, baseVersion.Number + 1, round, baseVersion.Digest, spec.Model.Manifest, writer => aggregator.Write(writer, cancellationToken));
    }

    public void DropUpdates(string runId, int round)
    {
        var path = folder.RoundOf(runId, round);
        if (options.KeepUpdates)
        {
            return;
        }

        try
        {
            folder.Folders.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.CannotDelete(path, e.Message);
        }
    }

    public void DropUpdatesExcept(string runId, int? openRound)
    {
        foreach (var name in folder.Disk.FoldersIn(folder.RoundsOf(runId)).Select(Path.GetFileName))
        {
            if (int.TryParse(name, out var round) && round != openRound)
            {
                DropUpdates(runId, round);
            }
        }
    }

    private WeightedUpdate Open(SealedUpdate update)
    {
        var path = Path.Combine(folder.RoundOf(update.RunId, update.Round), update.FileName);
        return new WeightedUpdate(new VectorReader(folder.Disk, path, Path.ChangeExtension(path, ".blocks"), 0, update.ByteLength), update.NumExamples);
    }

    private static void Draw(VectorWriter writer, RunSpec spec)
    {
        var initializer = new ModelInitializer(spec.Model.Manifest, spec.Seed);
        var buffer = ArrayPool<float>.Shared.Rent(BlockDigest.BlockSize / sizeof(float));
        try
        {
            for (var first = 0L; first < spec.Model.Manifest.ElementCount; first += buffer.Length)
            {
                var block = buffer.AsSpan(0, (int)Math.Min(buffer.Length, spec.Model.Manifest.ElementCount - first));
                initializer.Fill(first, block);
                writer.Append(MemoryMarshal.AsBytes(block));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }
}
