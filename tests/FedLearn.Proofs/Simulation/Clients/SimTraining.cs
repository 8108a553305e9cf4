using System.Runtime.InteropServices;
using FedLearn.Proofs.Simulation.Machinery;

namespace FedLearn.Proofs.Simulation.Clients;

/// <summary>
/// What a client makes of a base version: a function of the run's seed, the base's bits and the client, and of nothing else. Some
/// coordinates are huge and cancel exactly between clients, so that another order of summing gives other bits.
/// </summary>
internal static class SimTraining
{
    private const double Huge = 1L << 60;

    /// <param name="seed">The run's seed.</param>
    /// <param name="baseBytes">The base version's vector.</param>
    /// <param name="client">The client's index.</param>
    /// <param name="variant">0 for the honest update.</param>
    public static (float[] Delta, long Examples) Fit(long seed, byte[] baseBytes, int client, int variant = 0)
    {
        var chance = new Chance((ulong)seed ^ Mix(baseBytes) ^ ((ulong)client << 32) ^ (ulong)variant);
        var examples = 1L << chance.Below(7);
        var delta = new float[baseBytes.Length / sizeof(float)];
        for (var i = 0; i < delta.Length; i++)
        {
            delta[i] = chance.Below(3) switch
            {
                0 => (float)(Huge / examples),
                1 => (float)(-Huge / examples),
                _ => (float)(chance.Unit() - 0.5),
            };
        }

        return (delta, examples);
    }

    /// <summary>A client's loss of a version.</summary>
    public static double Evaluate(byte[] versionBytes, int client) => new Chance(Mix(versionBytes) ^ (ulong)client).Unit();

    private static ulong Mix(byte[] bytes)
    {
        var hash = 17UL;
        foreach (var word in MemoryMarshal.Cast<byte, uint>(bytes))
        {
            hash = new Chance(hash ^ word).Next();
        }

        return hash;
    }
}
