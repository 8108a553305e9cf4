using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Tests.Storage.Updates;

public sealed class UpdateSegmentsTests : IAsyncDisposable
{
    private readonly TempFolder _temp = new();
    private readonly HookedDisk _disk = new();
    private readonly DataFolder _folder;
    private UpdateSegments _segments;

    public UpdateSegmentsTests()
    {
        _folder = DataFolder.Open(_temp["data"], _disk);
        _segments = new UpdateSegments(_folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _segments.DisposeAsync();
        _folder.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Append_ManyAtOnce_AreEachReadBackAtTheirPlace()
    {
        var updates = Enumerable.Range(0, 200).Select(i => Bytes(seed: i, length: 4 * (1 + (i * 97)))).Append(Bytes(9, UpdateSegments.MaxUpdate)).ToList();

        var places = await Task.WhenAll(updates.Select(u => AppendAsync("r1", 1, u)));

        Assert.Equal(updates, places.Select((p, i) => Read("r1", 1, p, updates[i].Length)));
    }

    [Fact]
    public async Task Append_WhatComesDuringASync_SharesTheNext()
    {
        await AppendAsync("r1", 1, Bytes(0, 400));
        using var go = new ManualResetEventSlim();
        using var inSync = new ManualResetEventSlim();
        var syncs = 0;
        _disk.BeforeSync = _ =>
        {
            if (Interlocked.Increment(ref syncs) == 1)
            {
                inSync.Set();
                go.Wait();
            }
        };

        var first = AppendAsync("r1", 1, Bytes(1, 400));
        inSync.Wait();
        var others = Enumerable.Range(2, 100).Select(i => AppendAsync("r1", 1, Bytes(i, 400))).ToList();
        Assert.False(first.IsCompleted);
        go.Set();
        await Task.WhenAll(others.Append(first));

        Assert.Equal(2, syncs);
    }

    [Fact]
    public async Task Append_AfterARestartOrInAnotherRound_StartsAFileOfItsOwn()
    {
        var before = await AppendAsync("r1", 1, Bytes(1, 400));
        var otherRound = await AppendAsync("r1", 2, Bytes(2, 400));
        await _segments.DisposeAsync();
        _segments = new UpdateSegments(_folder);

        var after = await AppendAsync("r1", 1, Bytes(3, 400));

        Assert.Equal(("segment-001", "segment-001", "segment-002"), (before.FileName, otherRound.FileName, after.FileName));
        Assert.Equal(Bytes(1, 400), Read("r1", 1, before, 400));
        Assert.Equal(Bytes(3, 400), Read("r1", 1, after, 400));
    }

    [Fact]
    public async Task Append_DiskFull_FailsThatCallerAndTheNextOneTakesItsPlace()
    {
        await AppendAsync("r1", 1, Bytes(1, 400));
        _disk.BeforeWrite = _ => throw HookedDisk.FullDisk();
        var refused = await Assert.ThrowsAsync<IOException>(() => AppendAsync("r1", 1, Bytes(2, 400)));
        _disk.BeforeWrite = _ => { };

        var place = await AppendAsync("r1", 1, Bytes(3, 400));

        Assert.True(DiskErrors.IsFull(refused));
        Assert.Equal(400 + BlockList.EntrySize, place.Offset);
        Assert.Equal(Bytes(3, 400), Read("r1", 1, place, 400));
    }

    [Fact]
    public async Task Append_SyncFails_IsUnknownForItAndForAllLaterOnes()
    {
        _disk.BeforeSync = path =>
        {
            if (path.EndsWith("segment-001", StringComparison.Ordinal))
            {
                throw new UnknownOutcomeException("EIO");
            }
        };
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => AppendAsync("r1", 1, Bytes(1, 400)));
        _disk.BeforeSync = _ => { };

        await Assert.ThrowsAsync<UnknownOutcomeException>(() => AppendAsync("r1", 1, Bytes(2, 400)));
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => AppendAsync("r2", 1, Bytes(2, 400)));
    }

    [Fact]
    public async Task Append_CancelledBeforeItsTurn_WritesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _segments.AppendAsync("r1", 1, Bytes(1, 4), [BlockEntry.Of(Bytes(1, 4))], cancelled.Token).AsTask());
        Assert.Equal(0, (await AppendAsync("r1", 1, Bytes(2, 4))).Offset);
    }

    [Theory]
    [InlineData(BlockList.XxHash3At)]
    [InlineData(BlockList.EntrySize)]
    [InlineData(BlockList.EntrySize + 399)]
    public async Task Read_DamagedByteOfARecord_IsFoundAndNamed(int damaged)
    {
        await AppendAsync("r1", 1, Bytes(1, 400));
        var place = await AppendAsync("r1", 1, Bytes(2, 400));
        var path = Path.Combine(_folder.RoundOf("r1", 1), place.FileName);
        using (var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = place.Offset + damaged;
            var value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 1));
        }

        Assert.Contains(path, Assert.Throws<StoredDataException>(() => Read("r1", 1, place, 400)).Message);
    }

    private Task<SegmentPlace> AppendAsync(string run, int round, byte[] bytes) =>
        _segments.AppendAsync(run, round, bytes, [BlockEntry.Of(bytes)], CancellationToken.None).AsTask();

    private byte[] Read(string run, int round, SegmentPlace place, int length)
    {
        var update = new SealedUpdate(run, round, "alice", [], 1, 1, System.Collections.Immutable.ImmutableSortedDictionary<string, double>.Empty, 1, length, place.FileName, DateTimeOffset.UnixEpoch)
        {
            Offset = place.Offset,
        };
        using var reader = new VectorReader(_disk, UpdatePlace.Of(_folder, update, ["delta"], 0)[0]);
        var bytes = new byte[length];
        reader.Read(0, bytes.AsSpan());
        return bytes;
    }

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
