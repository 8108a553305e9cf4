using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Aggregation.Robust;
using FedLearn.Core.Encodings;

namespace FedLearn.Coordinator.Tests.Models;

/// <summary>Rounds of compressed updates on disk.</summary>
public sealed class EncodedUpdatesTests : IDisposable
{
    // Three blocks of coordinates, the last one no multiple of anything; of bf16 also more than one block of the file.
    private const int Elements = (2 * UpdatePieces.Block) + 77_777;

    private static readonly Dictionary<string, IVectorEncoding> s_encodings = new()
    {
        ["bf16"] = new Bf16Encoding(),
        ["int8"] = new Int8Encoding(),
        ["topk"] = new TopKEncoding(0.01),
        ["topk all"] = new TopKEncoding(1),
    };

    private static readonly Dictionary<string, IAggregationRule> s_rules = new()
    {
        ["fedavg"] = new FederatedAverage(),
        ["median"] = new CoordinateMedian(1),
        ["krum"] = new Krum(1),
        ["geometricMedian"] = new GeometricMedian(1, 2, 1e-6),
    };

    private readonly TempFolder _temp = new();

    public static TheoryData<string, string> All => [.. s_encodings.Keys.SelectMany(e => s_rules.Keys, (e, r) => (e, r))];

    public static TheoryData<string> Encodings => [.. s_encodings.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void Aggregate_CompressedUpdates_IsThatOfTheDecodedOnesOnAnyThreads(string encoding, string rule)
    {
        var round = DiskRound.Random(5, Elements, 3) with { Encoding = s_encodings[encoding] };
        var expected = round.Decoded().Aggregate(_temp, s_rules[rule], threads: 1);
        foreach (var threads in (int[])[1, 3])
        {
            Assert.Equal(expected.Digest, round.Aggregate(_temp, s_rules[rule], threads).Digest);
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Aggregate_AByteDamagedAnywhere_IsNamedAndNotUsed(string encoding)
    {
        var round = DiskRound.Random(2, Elements, 4) with { Encoding = s_encodings[encoding] };
        var length = (int)round.Encoding.ByteLengthOf(Elements);
        foreach (var at in (int[])[0, 1, 8 * 100, length / 2, length - 1])
        {
            var damage = Assert.Throws<StoredDataException>(() => round.Aggregate(_temp, new FederatedAverage(), 2, damage: 1, damagedByte: at));
            Assert.Contains("u1.update is damaged", damage.Message);
        }
    }

    public void Dispose() => _temp.Dispose();
}
