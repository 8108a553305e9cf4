using System.Runtime.InteropServices;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;
using FedLearn.Proofs.Simulation.Machinery;

namespace FedLearn.Proofs.Simulation.Server;

/// <summary>Versions and updates on the simulated disk; the arithmetic is the product's.</summary>
internal class SimModels(SimWorld world) : IModelStore
{
    private readonly SimDisk _disk = world.Disk;

    protected SimWorld World { get; } = world;

    public StoredVersion Initialise(string runId, RunSpec spec, Stream? initial)
    {
        var values = new float[spec.Model.Manifest.ElementCount];
        new ModelInitializer(spec.Model.Manifest, spec.Seed).Fill(0, values);
        return Write(runId, spec, 0, 0, [], values);
    }

    public virtual StoredVersion Aggregate(
        string runId, RunSpec spec, StoredVersion baseVersion, int round, IReadOnlyList<SealedUpdate> updates, CancellationToken cancellationToken)
    {
        if (World.Faults.Happens(Fault.UpdateDamaged, 0.02))
        {
            _disk.Damage($"{SimDisk.RoundFolder(round)}{updates[^1].FileName}");
        }

        var values = MemoryMarshal.Cast<byte, float>(Read(SimDisk.VersionFile(baseVersion.Number), baseVersion.Digest, parts: false)).ToArray();
        var sum = new double[values.Length];
        foreach (var update in updates)
        {
            var delta = Read($"{SimDisk.RoundFolder(round)}{update.FileName}", update.Digest, parts: true);
            WeightedMean.Add(sum, MemoryMarshal.Cast<byte, float>(delta), update.NumExamples);
        }

        WeightedMean.Divide(sum, updates.Sum(u => (double)u.NumExamples));
        new ServerSgd(spec.Strategy.ServerLearningRate).Step(values, sum, [], values);
        return Write(runId, spec, baseVersion.Number + 1, round, baseVersion.Digest, values);
    }

    public RoundDrift? MeasureDrift(RunSpec spec, int round, IReadOnlyList<SealedUpdate> updates, CancellationToken cancellationToken) => null;

    public void DropUpdates(string runId, int round, int? best) => _disk.DeleteFolder(SimDisk.RoundFolder(round));

    public void DropUpdatesExcept(string runId, int? openRound, int? best)
    {
        foreach (var file in _disk.FilesIn("rounds/").Where(f => openRound is null || !f.StartsWith(SimDisk.RoundFolder(openRound.Value), StringComparison.Ordinal)))
        {
            _disk.Delete(file);
        }
    }

    /// <summary>Makes a version's file durable.</summary>
    protected virtual void Sync(string name) => _disk.Sync(name);

    private StoredVersion Write(string runId, RunSpec spec, int number, int round, byte[] parent, float[] values)
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        _disk.Write(SimDisk.VersionFile(number), bytes);
        Sync(SimDisk.VersionFile(number));
        return new StoredVersion(runId, number, round, BlockDigest.Of(bytes), parent, bytes.Length, spec.Model.Manifest.Hash);
    }

    private byte[] Read(string name, byte[] digest, bool parts)
    {
        var bytes = _disk.Find(name)?.Bytes ?? throw new StoredDataException($"{name} is missing");
        var found = BlockDigest.Of(bytes);
        return (parts ? BlockDigest.OfParts([found]) : found).AsSpan().SequenceEqual(digest) ? bytes : throw new StoredDataException($"{name} is damaged");
    }
}
