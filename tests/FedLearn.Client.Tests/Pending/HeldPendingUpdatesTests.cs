using FedLearn.Client.Pending;
using FedLearn.Client.Tests.Vault;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Pending;

public sealed class HeldPendingUpdatesTests : IDisposable
{
    private static readonly PendingKey s_key = new("run-1", 3);
    private static readonly UpdateHeader s_header = new() { RunId = "run-1", Round = 3, NumExamples = 7 };

    private readonly TempFolder _folder = new();
    private readonly SealedStore _store;
    private readonly SealedPendingUpdates _sealed;
    private readonly HeldPendingUpdates _held;

    public HeldPendingUpdatesTests()
    {
        _store = SealedStore.Open(_folder.File("state"), KeySource.FromKeyFile(_folder.File("state.key")));
        (_sealed, _held) = (new SealedPendingUpdates(_store), new HeldPendingUpdates(new SealedPendingUpdates(_store)));
    }

    public void Dispose()
    {
        _held.Dispose();
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Save_QuicklyTrained_IsHeldAndNotOnTheDisk()
    {
        var bytes = Save(3_000_000, TimeSpan.FromSeconds(9.9));

        Assert.Empty(_sealed.List());
        Assert.Equal([s_key], _held.List());
        Assert.Equal(bytes, Read(_held));
    }

    [Fact]
    public void Save_TrainedForTenSeconds_IsSealedAtOnce()
    {
        var bytes = Save(3_000_000, HeldPendingUpdates.WorthSealing);

        Assert.Equal(bytes, Read(_sealed.Open(s_key)));
        Assert.Equal(bytes, Read(_held));
    }

    [Fact]
    public void Save_MoreThanIsHeld_IsSealedUntilThereIsRoomAgain()
    {
        var other = new PendingKey("run-2", 1);
        _held.Save(other, HeldPendingUpdates.MostHeld - 1, TimeSpan.Zero, parts => Write(parts, new byte[HeldPendingUpdates.MostHeld - 1]));

        Save(2, TimeSpan.Zero);
        Assert.Equal([s_key], _sealed.List());

        _held.Delete(other);
        Save(2, TimeSpan.Zero);
        Assert.Empty(_sealed.List());
    }

    [Fact]
    public void Seal_HeldUpdate_OutlivesTheStoreWithTheSameBytes()
    {
        var bytes = Save(3_000_000, TimeSpan.Zero);
        _held.Seal(s_key);

        Assert.Equal(bytes, Read(_sealed.Open(s_key)));
        Assert.Equal([s_key], _held.List());
    }

    [Fact]
    public void Seal_NothingHeld_DoesNothing()
    {
        _held.Seal(s_key);

        Assert.Empty(_held.List());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Delete_HeldUpdate_LeavesNothingInMemoryOrOnTheDisk(bool isSealed)
    {
        Save(100, TimeSpan.Zero);
        using var open = _held.Open(s_key)!;
        var place = open.Parts.View(0, 100);
        if (isSealed)
        {
            _held.Seal(s_key);
        }

        _held.Delete(s_key);

        Assert.Null(_held.Open(s_key));
        Assert.Empty(_held.List());
        Assert.Empty(_sealed.List());
        Assert.Equal(new byte[100], place.ToArray());
    }

    [Fact]
    public void Save_SameRoundAgain_ReplacesWhatWasSealed()
    {
        Save(100, HeldPendingUpdates.WorthSealing);

        var bytes = Save(200, TimeSpan.Zero);

        Assert.Empty(_sealed.List());
        Assert.Equal(bytes, Read(_held));
    }

    [Fact]
    public void Save_WriterThrows_NothingIsKeptAndTheRoomIsFreeAgain()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Throws<InvalidDataException>(() => _held.Save(s_key, HeldPendingUpdates.MostHeld, TimeSpan.Zero, _ => throw new InvalidDataException()));
        }

        Assert.Empty(_held.List());
        Save(100, TimeSpan.Zero);
        Assert.Empty(_sealed.List());
    }

    private byte[] Save(int length, TimeSpan effort)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        _held.Save(s_key, length, effort, parts => Write(parts, bytes));
        return bytes;
    }

    private static UpdateHeader Write(Stream parts, byte[] bytes)
    {
        parts.Write(bytes);
        return new UpdateHeader(s_header) { Parts = { new UpdatePart { ByteLength = bytes.Length } } };
    }

    private static byte[] Read(HeldPendingUpdates updates) => Read(updates.Open(s_key));

    private static byte[] Read(PendingUpdate? update)
    {
        using (update)
        {
            Assert.Equal(s_header.NumExamples, update!.Header.NumExamples);
            using var bytes = new MemoryStream();
            for (var length = update.Header.Parts[0].ByteLength; bytes.Length < length;)
            {
                bytes.Write(update.Parts.View(bytes.Length, length).Span);
            }

            return bytes.ToArray();
        }
    }
}
