using System.Runtime.InteropServices;
using CsCheck;
using FedLearn.Coordinator.Ingest.Uploads;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Coordinator.Tests.Storage;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Tests.Ingest;

/// <summary>Updates of two parts, from their bytes to their places on disk.</summary>
public sealed class UploadPartsTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TempFolder _temp = new();
    private int _folders;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Upload_CutAnywhereAndResumed_IsReadBackPartByPart() =>
        await Gen.Select(Gen.OneOf(Gen.Int[1, 1000], Gen.Int[262_143, 262_145], Gen.Int[600_000, 600_005]), Gen.Int[1, 700_000], Gen.Double[0, 1], Gen.Int[50_001, 2 * MiB]).SampleAsync(
            async (first, second, cut, chunk) =>
            {
                using var folder = DataFolder.Open(_temp[$"d{Interlocked.Increment(ref _folders)}"]);
                var (a, b) = (Values(1, first), Values(2, second));
                byte[] bytes = [.. a, .. b];
                var parts = new[] { Part("delta", a), Part("control", b) };
                var key = new UploadKey("r", 1, "member", new string('a', 64));
                var cutAt = (int)(cut * bytes.Length);
                await using (var segments = new UpdateSegments(folder))
                {
                    Take(new UploadFiles(folder, segments), key, parts, bytes[..cutAt], chunk);
                }

                await using var anew = new UpdateSegments(folder);
                var files = new UploadFiles(folder, anew);
                var offset = (int)files.ResumeOffset(key, parts);
                Assert.InRange(offset, bytes.Length <= MiB ? 0 : cutAt - MiB, cutAt);
                using var upload = files.Open(key, parts, Norms(parts), startAnew: offset == 0);
                Assert.Equal(offset, upload.Length);
                Append(upload, bytes.AsSpan(offset), chunk);
                var whole = upload.Finish();
                Assert.Equal([BlockDigest.Of(a), BlockDigest.Of(b)], whole.Select(p => p.Digest));
                Assert.Equal(NormOf(a), whole[0].Norm, 1e-9 * NormOf(a));
                var place = (await upload.SealAsync(CancellationToken.None))!.Value;

                var update = new SealedUpdate(
                    "r", 1, "member", [], 1, 1, System.Collections.Immutable.ImmutableSortedDictionary<string, double>.Empty, 1, bytes.Length, place.FileName, default)
                { Offset = place.Offset };
                Assert.Equal([a, b], UpdatePlace.Of(folder, update, ["delta", "control"], b.Length).Select(p => ReadBack(folder, p)));
                Assert.All(UpdatePlace.FilesOf(place.FileName, ["delta", "control"]), f => Assert.True(File.Exists(Path.Combine(folder.RoundOf("r", 1), f)), f));
            },
            iter: 20,
            threads: 1);

    [Fact]
    public void Append_ANaNInTheSecondPart_IsNoticed()
    {
        using var folder = DataFolder.Open(_temp["data"]);
        var bytes = Values(1, 300_000);
        var parts = new[] { Part("delta", bytes), Part("control", bytes) };
        using var upload = new UploadFiles(folder, new UpdateSegments(folder)).Open(new UploadKey("r", 1, "m", new string('a', 64)), parts, Norms(parts), startAnew: true);

        upload.Append(bytes);
        Assert.Null(upload.Mistake);
        upload.Append(MemoryMarshal.AsBytes<float>([float.NaN]));
        Assert.Contains("part 'control', before its byte 4, holds NaN or Inf", upload.Mistake);
    }

    private static void Take(UploadFiles files, UploadKey key, UpdatePart[] parts, byte[] bytes, int chunk)
    {
        using var upload = files.Open(key, parts, Norms(parts), startAnew: true);
        Append(upload, bytes, chunk);
    }

    private static void Append(IUpload upload, ReadOnlySpan<byte> bytes, int chunk)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(chunk, bytes.Length)..])
        {
            upload.Append(bytes[..Math.Min(chunk, bytes.Length)]);
        }
    }

    private static byte[] ReadBack(DataFolder folder, VectorPlace place)
    {
        using var reader = new VectorReader(folder.Disk, place);
        var (all, block) = (new List<byte>(), new byte[MiB]);
        for (var i = 0; i < reader.BlockCount; i++)
        {
            all.AddRange(block[..reader.Read(i, block.AsSpan())]);
        }

        return [.. all];
    }

    private static IReadOnlyList<EncodedNorm> Norms(IEnumerable<UpdatePart> parts) =>
        parts.Select(p => new PartShape(p.Name, VectorEncodings.F32, p.ByteLength / sizeof(float))).Norms();

    private static UpdatePart Part(string name, byte[] bytes) => new() { Name = name, ByteLength = bytes.Length };

    private static double NormOf(byte[] bytes) => Math.Sqrt(MemoryMarshal.Cast<byte, float>(bytes).ToArray().Sum(v => (double)v * v));

    private static byte[] Values(int seed, int count)
    {
        var random = new Random(seed);
        return MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)]).ToArray();
    }
}
