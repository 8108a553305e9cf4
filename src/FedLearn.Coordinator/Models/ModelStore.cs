using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Models;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;

namespace FedLearn.Coordinator.Models;

/// <summary>Computes versions and keeps them on disk; memory is a few blocks a thread, whatever the model's size.</summary>
internal sealed class ModelStore(DataFolder folder, UpdateSegments segments, VersionFiles versions, VersionRetention retention, CoordinatorOptions options, CoordinatorLog log) : IModelStore
{
    /// <summary>The files of updates that stay open during an aggregation; the others are opened for each block.</summary>
    private const int MaxOpenFiles = 512;

    /// <summary>
    /// The most values of all updates of a round that are read once more for its drift: 2^26, or 256 MiB of float32. The pass is one thread's and
    /// nobody waits for it, but it takes processor time from the next round.
    /// </summary>
    private const long MostDriftValues = 1 << 26;

    /// <summary>Rounds may end while an earlier one's files are still being deleted.</summary>
    private readonly Lock _dropping = new();

    private static int Threads => Environment.ProcessorCount;

    public StoredVersion Initialise(string runId, RunSpec spec, Stream? initial) =>
        versions.Write(runId, 0, 0, [], spec.Model.Manifest, [], writer =>
        {
            if (initial is null)
            {
                Draw(writer.Parameters, spec);
            }
            else
            {
                InitialModel.Copy(initial, spec.Model.Manifest, writer.Parameters);
            }
        });

    public StoredVersion Aggregate(
        string runId,
        RunSpec spec,
        StoredVersion baseVersion,
        int round,
        IReadOnlyList<SealedUpdate> updates,
        CancellationToken cancellationToken) =>
        Aggregate(folder, versions, dropped => LogLeftOut(spec, round, updates, dropped), runId, spec, baseVersion, round, updates, cancellationToken);

    /// <summary>The same, for a verification that has no coordinator.</summary>
    public static StoredVersion Aggregate(
        DataFolder folder,
        VersionFiles versions,
        Action<IReadOnlyList<int>> leftOut,
        string runId,
        RunSpec spec,
        StoredVersion baseVersion,
        int round,
        IReadOnlyList<SealedUpdate> updates,
        CancellationToken cancellationToken)
    {
        using var files = new OpenFiles(folder.Disk, MaxOpenFiles);
        using var baseVector = versions.OpenVector(baseVersion);
        var (optimizer, state) = (ServerOptimizers.Of(spec.Strategy), ServerState.Of(spec.Strategy));
        var control = StrategyKinds.ByName[spec.Strategy.Kind].ControlRule is { } rule ? new ControlStep(OpenUpdates(folder, spec, round, updates, files, part: 1), rule(spec.Strategy)) : null;
        var aggregator = new RoundAggregator(
            baseVector,
            OpenUpdates(folder, spec, round, updates, files, part: 0),
            StrategyKinds.RuleOf(spec.Strategy),
            new ServerStep(optimizer, versions.OpenState(baseVersion, state, files), control),
            Threads);
        return versions.Write(
            runId, baseVersion.Number + 1, round, baseVersion.Digest, spec.Model.Manifest, state, writer => leftOut(aggregator.Write(writer, cancellationToken)));
    }

    public RoundDrift? MeasureDrift(RunSpec spec, int round, IReadOnlyList<SealedUpdate> updates, CancellationToken cancellationToken)
    {
        if (updates.Count is 0 or > UpdatePieces.MostPlaces || updates.Count * spec.Model.Manifest.ElementCount > MostDriftValues)
        {
            return null;
        }

        using var files = new OpenFiles(folder.Disk, MaxOpenFiles);
        return RoundDrift.Of(new StoredUpdates(OpenUpdates(folder, spec, round, updates, files, part: 0), threads: 1, cancellationToken));
    }

    private static StoredUpdate[] OpenUpdates(DataFolder folder, RunSpec spec, int round, IReadOnlyList<SealedUpdate> updates, OpenFiles files, int part)
    {
        var parts = PartShape.Of(spec);
        return [.. updates.Select(u => new StoredUpdate(Open(folder, parts, u, part, files), UpdateFacts.Of(spec, round, u.NumExamples, u.Steps, u.Metrics, u.Norm)))];
    }

    private static EncodedVector Open(DataFolder folder, ImmutableArray<PartShape> parts, SealedUpdate update, int part, OpenFiles files) =>
        new(new VectorReader(files, UpdatePlace.Of(folder, update, [.. parts.Select(p => p.Name)], parts[^1].ByteLength)[part]), parts[part]);

    private void LogLeftOut(RunSpec spec, int round, IReadOnlyList<SealedUpdate> updates, IReadOnlyList<int> dropped)
    {
        if (dropped.Count > 0)
        {
            log.UpdatesLeftOut(spec.Name, round, spec.Strategy.Kind, updates.Count - dropped.Count, updates.Count, dropped.Select(k => updates[k].ClientId));
        }
    }

    public void DropUpdates(string runId, int round, int? best)
    {
        lock (_dropping)
        {
            DeleteRound(runId, round);
            retention.Apply(runId, best);
        }
    }

    public void DropUpdatesExcept(string runId, int? openRound, int? best)
    {
        foreach (var name in folder.Disk.FoldersIn(folder.RoundsOf(runId)).Select(Path.GetFileName))
        {
            if (int.TryParse(name, out var round) && round != openRound)
            {
                DeleteRound(runId, round);
            }
        }

        retention.Apply(runId, best);
    }

    private void DeleteRound(string runId, int round)
    {
        segments.Release(runId, round);
        if (options.KeepUpdates)
        {
            return;
        }

        var path = folder.RoundOf(runId, round);
        try
        {
            folder.Folders.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.CannotDelete(path, e.Message);
        }
    }

    private static void Draw(BlockVectorWriter writer, RunSpec spec)
    {
        var initializer = new ModelInitializer(spec.Model.Manifest, spec.Seed);
        BlockWork.Run(
            writer.BlockCount,
            Threads,
            () => new BlockBuffers(BlockDigest.BlockSize / sizeof(float), 0, 0),
            (block, buffers) =>
            {
                var values = buffers.Parameters.AsSpan(0, writer.LengthOf(block) / sizeof(float));
                initializer.Fill((long)block * (BlockDigest.BlockSize / sizeof(float)), values);
                writer.Write(block, MemoryMarshal.AsBytes(values));
            },
            CancellationToken.None);
    }
}
