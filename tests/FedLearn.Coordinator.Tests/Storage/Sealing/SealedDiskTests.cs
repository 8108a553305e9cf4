using System.Collections.Concurrent;
using CsCheck;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Sealing;

namespace FedLearn.Coordinator.Tests.Storage.Sealing;

public sealed class SealedDiskTests : IDisposable
{
    private const int Unit = 32 << 10;
    private readonly TempFolder _folder = new();
    private readonly IDisk _disk;

    public SealedDiskTests()
    {
        _disk = new SealedDisk(SystemDisk.Instance, _folder.Path, [.. Enumerable.Range(7, 32).Select(i => (byte)i)]);
        Directory.CreateDirectory(_folder["runs"]);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Any order of writes, cuts, syncs and reads gives what an array gives.</summary>
    [Fact]
    public void File_AnyWritesCutsAndReads_HoldsWhatAnArrayHolds()
    {
        var number = 0;
        var step = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5 * Unit], Gen.Int[1, 3 * Unit]);
        Gen.Select(Gen.Int[0, 900], step.Array[1, 14]).Sample(
            (head, steps) =>
            {
                var path = _folder[$"runs/f{number++}"];
                var (model, random) = (Array.Empty<byte>(), new Random(head));
                using var file = _disk.OpenWrite(path, head);
                foreach (var (kind, place, length) in steps)
                {
                    switch (kind)
                    {
                        case 0:
                            file.Sync();
                            break;
                        case 1:
                            model = model[..Math.Min(model.Length, place)];
                            file.SetLength(model.Length);
                            break;
                        default:
                            var at = Math.Min(model.Length, place);
                            var bytes = new byte[length];
                            random.NextBytes(bytes);
                            file.Write(bytes, at);
                            model = [.. model[..at], .. bytes, .. model[Math.Min(model.Length, at + length)..]];
                            break;
                    }

                    Assert.Equal(model.Length, file.Length);
                    var from = Math.Min(model.Length, place);
                    Assert.Equal(model[from..Math.Min(model.Length, from + length)], Read(file, from, length));
                }

                file.Sync();
                using var again = _disk.OpenRead(path);
                Assert.Equal(model, Read(again, 0, model.Length + 1));
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void File_BlocksWrittenByManyThreadsInAnyOrder_ReadsBack()
    {
        var content = new byte[(20 << 20) + 777 + 300];
        new Random(2).NextBytes(content);
        using (var file = _disk.OpenWrite(_folder["runs/v"], 300))
        {
            file.Write(content.AsSpan(0, 300), 0);
            Parallel.ForEach(Enumerable.Range(0, 21).Reverse(), block =>
            {
                var at = 300 + (block << 20);
                file.Write(content.AsSpan(at, Math.Min(1 << 20, content.Length - at)), at);
            });
            file.Sync();
        }

        using var reader = _disk.OpenRead(_folder["runs/v"]);
        var wrong = new ConcurrentBag<int>();
        Parallel.For(0, 21, block =>
        {
            var at = 300 + (block << 20);
            if (!Read(reader, at, 1 << 20).AsSpan().SequenceEqual(content.AsSpan(at, Math.Min(1 << 20, content.Length - at))))
            {
                wrong.Add(block);
            }
        });
        Assert.Empty(wrong);
    }

    [Fact]
    public void File_RenamedOnItsWayToItsName_Opens_UnderAnyOtherNameItDoesNot()
    {
        WriteText("runs/a.part", "hello");
        _disk.Rename(_folder["runs/a.part"], _folder["runs/a.update"]);
        Assert.Equal("hello", ReadText("runs/a.update"));

        File.Copy(_folder["runs/a.update"], _folder["runs/b.update"]);
        var refused = Assert.Throws<BrokenSealException>(() => ReadText("runs/b.update"));
        Assert.Contains("b.update is damaged: its first 64 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_AnyByteChanged_IsRefusedAndNamed()
    {
        WriteText("runs/a", new string('x', Unit + 10));
        var path = _folder["runs/a"];
        var bytes = File.ReadAllBytes(path);
        Gen.Int[0, bytes.Length - 1].Sample(
            at =>
            {
                bytes[at] ^= 4;
                File.WriteAllBytes(path, bytes);
                bytes[at] ^= 4;
                var refused = Assert.Throws<BrokenSealException>(() => ReadText("runs/a"));
                Assert.Contains(at < 64 ? "its first 64 bytes" : at < 64 + Unit + 28 ? "bytes 64 to 32860 " : "bytes 32860 to 32898 ", refused.Message, StringComparison.Ordinal);
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public void File_FramesSwappedOrCutOff_AreRefused()
    {
        WriteText("runs/a", string.Concat(new string('x', Unit), new string('y', Unit), new string('z', 100)));
        var whole = File.ReadAllBytes(_folder["runs/a"]);
        const int frame = Unit + 28;

        byte[] swapped = [.. whole[..64], .. whole[(64 + frame)..(64 + (2 * frame))], .. whole[64..(64 + frame)], .. whole[(64 + (2 * frame))..]];
        File.WriteAllBytes(_folder["runs/a"], swapped);
        Assert.Throws<BrokenSealException>(() => ReadText("runs/a"));

        File.WriteAllBytes(_folder["runs/a"], whole[..^1]);
        Assert.Throws<BrokenSealException>(() => ReadText("runs/a"));

        // At a frame's end the file is only shorter: whoever reads a vector knows how long it must be.
        File.WriteAllBytes(_folder["runs/a"], whole[..(64 + frame)]);
        using var file = _disk.OpenRead(_folder["runs/a"]);
        Assert.Equal(Unit, file.Length);
    }

    [Fact]
    public void File_WrittenAfterASync_DoesNotTouchWhatWasSynced()
    {
        using var file = _disk.OpenWrite(_folder["runs/segment-001"]);
        Assert.Equal(Unit, file.Unit);
        file.Write(new byte[Unit], 0);
        file.Sync();
        var before = File.ReadAllBytes(_folder["runs/segment-001"]);

        file.Write(new byte[5000], Unit);
        file.Sync();

        Assert.Equal(before, File.ReadAllBytes(_folder["runs/segment-001"])[..before.Length]);
    }

    [Fact]
    public void File_HeaderLostInAPowerCut_BeginsAnew()
    {
        WriteText("runs/a.part", "hello");
        File.WriteAllBytes(_folder["runs/a.part"], new byte[90]);

        WriteText("runs/a.part", "anew");

        Assert.Equal("anew", ReadText("runs/a.part"));
    }

    [Fact]
    public void File_OutsideTheRuns_IsNotSealed()
    {
        WriteText("coordinator.note", "hello");
        Assert.Equal("hello", File.ReadAllText(_folder["coordinator.note"]));
    }

    private void WriteText(string name, string text)
    {
        using var file = _disk.OpenWrite(_folder[name]);
        file.Write(System.Text.Encoding.ASCII.GetBytes(text), 0);
        file.Sync();
    }

    private string ReadText(string name) => System.Text.Encoding.ASCII.GetString(_disk.ReadAll(_folder[name]));

    private static byte[] Read(IDiskFile file, long at, int length)
    {
        var buffer = new byte[length];
        return buffer[..file.Fill(buffer, at, "file")];
    }
}
