using System.Runtime.InteropServices;
using FedLearn.Core.Models;

namespace FedLearn.Proofs.Crash.Check;

/// <summary>What a version must hold, computed by code of its own from the version before it and the updates that the database counts.</summary>
internal static class Expected
{
    /// <summary>The weighted mean of the clients' deltas on the base, folded in canonical order: an update that is missing, or counted twice, shows.</summary>
    /// <param name="basis">The base version.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="round">The round.</param>
    /// <param name="clients">Whose updates count, in any order.</param>
    public static float[] Next(float[] basis, long seed, int round, IEnumerable<string> clients)
    {
        var (sum, trained, total) = (new double[basis.Length], new float[basis.Length], 0.0);
        foreach (var client in clients.Order(StringComparer.Ordinal))
        {
            var weight = (double)HashTrainer.ExamplesOf(client);
            HashTrainer.Train(basis, trained, seed, round, client);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] = Math.FusedMultiplyAdd(trained[i] - basis[i], weight, sum[i]);
            }

            total += weight;
        }

        return [.. sum.Select((s, i) => (float)(basis[i] + (s / total)))];
    }

    /// <summary>The vector of a safetensors file.</summary>
    public static byte[] VectorOf(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var (header, problem) = Safetensors.ReadPrefix(bytes.AsSpan(0, Math.Min(bytes.Length, Safetensors.PrefixLength)), bytes.Length);
        return problem is null ? bytes[(Safetensors.PrefixLength + header)..] : throw new CrashException($"{file}: {problem}");
    }

    public static float[] FloatsOf(byte[] vector) => MemoryMarshal.Cast<byte, float>(vector).ToArray();
}
