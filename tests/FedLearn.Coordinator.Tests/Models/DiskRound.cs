using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Optimizers;

namespace FedLearn.Coordinator.Tests.Models;

/// <summary>A round's base version and updates, written to disk and aggregated there with a server learning rate of 0.7.</summary>
internal sealed record DiskRound(float[] Model, List<float[]> Updates, List<double> Weights)
{
    public const double ServerLearningRate = 0.7;

    private static int _folders;

    /// <summary>How the updates lie on the disk.</summary>
    public IVectorEncoding Encoding { get; init; } = VectorEncodings.F32;

    /// <summary>What their delta is.</summary>
    public PartShape Shape => new("delta", Encoding, Model.Length);

    /// <summary>Random values of about 1 and weights of up to 1,000.</summary>
    public static DiskRound Random(int clients, int elements, int seed)
    {
        var random = new Random(seed);
        return new(Values(), [.. Enumerable.Range(0, clients).Select(_ => Values())], [.. Enumerable.Range(0, clients).Select(_ => (double)random.Next(1, 1000))]);

        float[] Values() => [.. Enumerable.Range(0, elements).Select(_ => (random.NextSingle() - 0.5f) * 3)];
    }

    /// <summary>The new version's bytes and digest.</summary>
    /// <param name="temp">Where the files go.</param>
    /// <param name="rule">The aggregation rule.</param>
    /// <param name="threads">The most threads.</param>
    /// <param name="openFiles">The most files of updates that are open at once.</param>
    /// <param name="disk">Reads the updates.</param>
    /// <param name="damage">The update of which a byte is damaged.</param>
    /// <param name="damagedByte">Which one of its bytes.</param>
    /// <param name="cancellationToken">Ends the aggregation.</param>
    public (byte[] Bytes, byte[] Digest) Aggregate(
        TempFolder temp, IAggregationRule rule, int threads, int openFiles = 100, IDisk? disk = null, int? damage = null, Index? damagedByte = null, CancellationToken cancellationToken = default)
    {
        var folder = temp[$"{Interlocked.Increment(ref _folders)}"];
        Directory.CreateDirectory(folder);
        using var files = new OpenFiles(disk ?? SystemDisk.Instance, openFiles);
        using var baseVector = new VectorReader(SystemDisk.Instance, Store(folder, "base", VectorEncodings.F32, Model));
        var places = Store(folder);
        if (damage is { } damaged)
        {
            var bytes = File.ReadAllBytes(places[damaged].Path);
            bytes[damagedByte ?? ^1] ^= 4;
            File.WriteAllBytes(places[damaged].Path, bytes);
        }

        var updates = places.Select((p, i) => new StoredUpdate(new(new VectorReader(files, p), Shape), new UpdateFacts(Weights[i], Math.Sqrt(SquareSum.Of(Encoding.Decode(Encoding.Encode(Updates[i]), Model.Length))))));
        var aggregator = new RoundAggregator(baseVector, [.. updates], rule, new ServerStep(new ServerSgd(ServerLearningRate), []), threads);
        using var parameters = BlockVectorWriter.Create(SystemDisk.Instance, Path.Combine(folder, "new"), Path.Combine(folder, "new.blocks"), [], baseVector.ByteLength);
        using var writer = new VersionWriter(parameters, []);
        aggregator.Write(writer, cancellationToken);
        var digest = writer.Finish().Parameters;
        return (File.ReadAllBytes(Path.Combine(folder, "new")), digest);
    }

    /// <summary>Writes the updates into a folder, which is made.</summary>
    public List<VectorPlace> Store(string folder)
    {
        Directory.CreateDirectory(folder);
        return [.. Updates.Select((u, i) => Store(folder, $"u{i}", Encoding, u))];
    }

    /// <summary>The updates as their encoding leaves them.</summary>
    public DiskRound Decoded() => this with { Encoding = VectorEncodings.F32, Updates = [.. Updates.Select(u => Encoding.Decode(Encoding.Encode(u), u.Length))] };

    private static VectorPlace Store(string folder, string name, IVectorEncoding encoding, float[] values)
    {
        var (path, list) = (Path.Combine(folder, $"{name}.update"), Path.Combine(folder, $"{name}.blocks"));
        using var writer = VectorWriter.Create(SystemDisk.Instance, path, list, [], new EncodedNorm(encoding, values.Length));
        var bytes = encoding.Encode(values);
        writer.Append(bytes);
        writer.Finish();
        Assert.Null(writer.Mistake);
        return new VectorPlace(path, 0, list, 0, bytes.Length);
    }
}
