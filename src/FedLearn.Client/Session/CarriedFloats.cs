using System.Runtime.InteropServices;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault;
using FedLearn.Core.Proofs;

namespace FedLearn.Client.Session;

/// <summary>Carried vectors, read into memory and kept from there.</summary>
internal sealed class CarriedFloats(CarriedVectors carried)
{
    private const int PieceBytes = 1 << 20;

    /// <summary>The runs of which there is any.</summary>
    public IReadOnlyCollection<string> Runs => carried.Runs;

    /// <summary>The vector that holds before a round, or null where there is none, or none that can be read.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="round">The round.</param>
    /// <param name="expected">How many values it has; null = as many as there are.</param>
    /// <param name="cancellationToken">Gives up waiting for the coordinator's word.</param>
    public async Task<float[]?> FindAsync(string runId, int round, int? expected, CancellationToken cancellationToken)
    {
        if (await carried.FindAsync(runId, round, cancellationToken).ConfigureAwait(false) is not { } key)
        {
            return null;
        }

        try
        {
            using var from = carried.OpenRead(key);
            var length = expected ?? checked((int)((from.Length - Sha256Value.Size) / sizeof(float)));
            var values = new float[length];
            for (var at = 0L; at < (long)length * sizeof(float); at += PieceBytes)
            {
                from.ReadExactly(FloatBytes.Slice(values, at, (int)Math.Min(PieceBytes, ((long)length * sizeof(float)) - at)));
            }

            return values;
        }
        catch (VaultException damage)
        {
            carried.GiveUp(key, damage.Message);
            return null;
        }
    }

    /// <summary>Keeps, durably, the vector that holds once a round's update counts.</summary>
    public void Keep(string runId, int round, ReadOnlySpan<float> values, ReadOnlySpan<byte> updateDigest)
    {
        using var next = carried.Begin(runId, round);
        for (; values.Length > 0; values = values[Math.Min(values.Length, PieceBytes / sizeof(float))..])
        {
            next.Values.Write(MemoryMarshal.AsBytes(values[..Math.Min(values.Length, PieceBytes / sizeof(float))]));
        }

        next.Commit(updateDigest);
    }
}
