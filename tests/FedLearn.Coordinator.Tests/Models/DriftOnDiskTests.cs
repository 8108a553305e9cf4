using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;

namespace FedLearn.Coordinator.Tests.Models;

public sealed class DriftOnDiskTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Of_CompressedUpdatesOnDisk_IsThatOfTheDecodedOnesInMemory(int threads)
    {
        var round = DiskRound.Random(4, UpdatePieces.Block + 5000, 8) with { Encoding = new Int8Encoding() };
        using var files = new OpenFiles(SystemDisk.Instance, 100);
        var inMemory = new MemoryUpdates([.. round.Decoded().Updates.Select(u => (ReadOnlyMemory<float>)u)], round.Weights);
        var onDisk = round.Store(_temp["round"]).Select((p, k) => new StoredUpdate(new(new VectorReader(files, p), round.Shape), inMemory[k]));

        var expected = RoundDrift.Of(inMemory);
        var drift = RoundDrift.Of(new StoredUpdates([.. onDisk], threads, CancellationToken.None));

        Assert.Equal(expected.MeanNorm, drift.MeanNorm);
        Assert.Equal(expected.Clients.AsEnumerable(), drift.Clients);
    }
}
