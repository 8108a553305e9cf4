using System.Diagnostics;
using System.Security.Cryptography;
using FedLearn.Core.Sealing;

namespace FedLearn.Benchmarks;

/// <summary>Opening sealed segments in memory on one core, against bare AES-256-GCM on blocks of the same size.</summary>
internal sealed class VaultBenchmark : IBenchmark
{
    private const int Segment = 1 << 20;
    private const int Segments = 64;

    public string Name => "vault";

    public string Summary => "decryption of sealed segments on one core, against bare AES-256-GCM in the same run";

    public IReadOnlyList<Measurement> Run(IReadOnlyList<string> arguments)
    {
        double bare = 0, opened = 0;
        for (var round = 0; round < 3; round++)
        {
            // Taken in turns, so that a change in the machine's load meets both.
            bare = Math.Max(bare, BareGcm());
            opened = Math.Max(opened, OpenSegments());
        }

        return
        [
            new("aes-256-gcm decrypt", bare, "GB/s"),
            new("sealed segments open", opened, "GB/s", Target: Math.Min(1, bare / 2)),
            new("ratio", opened / bare, "x"),
        ];
    }

    private static double OpenSegments()
    {
        var format = StreamFormat.Default;
        var key = RandomNumberGenerator.GetBytes(32);
        using var sealer = new StreamSealer(format, key, "benchmark"u8);
        var plain = new byte[Segment];
        var sealedBytes = new byte[Segments * Segment];
        sealer.Header.CopyTo(sealedBytes);
        for (var i = 0; i < Segments; i++)
        {
            sealer.Seal(plain.AsSpan(0, format.PlaintextCapacity(i)), i == Segments - 1, sealedBytes.AsSpan((int)format.SealedOffset(i)));
        }

        using var opener = StreamOpener.TryCreate(format, key, "benchmark"u8, sealedBytes.AsSpan(0, format.HeaderLength), sealedBytes.Length)!;
        return Best(() =>
        {
            for (var i = 0; i < Segments; i++)
            {
                if (!opener.TryOpen(i, sealedBytes.AsSpan((int)format.SealedOffset(i), opener.SealedLengthOf(i)), plain))
                {
                    throw new InvalidOperationException($"segment {i} does not open");
                }
            }
        });
    }

    private static double BareGcm()
    {
        using var aes = new AesGcm(RandomNumberGenerator.GetBytes(32), tagSizeInBytes: 16);
        byte[] plain = new byte[Segment], sealedBytes = new byte[Segment], tag = new byte[16], nonce = new byte[12];
        aes.Encrypt(nonce, plain, sealedBytes, tag);
        return Best(() =>
        {
            for (var i = 0; i < Segments; i++)
            {
                aes.Decrypt(nonce, sealedBytes, tag, plain);
            }
        });
    }

    /// <summary>The best of five passes over Segments x Segment bytes, in 10^9 bytes per second.</summary>
    private static double Best(Action pass)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var start = Stopwatch.GetTimestamp();
            pass();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return (double)Segment * Segments / best / 1e9;
    }
}
