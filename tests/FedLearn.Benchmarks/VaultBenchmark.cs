using System.Diagnostics;
using System.Security.Cryptography;

namespace FedLearn.Benchmarks;

/// <summary>Opening sealed segments in memory on one core, against bare AES-256-GCM on blocks of the same size.</summary>
internal sealed class VaultBenchmark : IBenchmark
{
    private const int Segment = 1 << 20;
    private const int Segments = 256;

    public string Name => "vault";

    public string Summary => "decryption of sealed segments on one core, against bare AES-256-GCM in the same run";

    public IReadOnlyList<Measurement> Run(IReadOnlyList<string> arguments) =>
        [new("aes-256-gcm decrypt", BareGcm(), "GB/s")];

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
