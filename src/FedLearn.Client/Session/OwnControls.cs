using System.Runtime.InteropServices;
using FedLearn.Client.Pending;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Session;

/// <summary>The client's own control variates, carried from round to round, and where a round's work with them begins.</summary>
internal sealed class OwnControls(CarriedVectors carried, ModelCache models)
{
    private const int PieceBytes = 1 << 20;

    /// <summary>The control work of an assignment; null where the run's strategy has none.</summary>
    public async Task<ControlWork?> StartAsync(FitAssignment fit, RunAnswer.Accepted run, CancellationToken cancellationToken)
    {
        if (!StrategyKinds.ByName[run.Spec.Strategy.Kind].HasControl)
        {
            return null;
        }

        var named = fit.BaseState.FirstOrDefault(s => s.Name == ControlVariates.State.Name);
        var server = named is null
            ? default
            : await models.GetAsync(new VersionWanted(fit.RunId, fit.BaseVersion, named.Digest.Memory, named.Name), run.Context.Manifest, cancellationToken).ConfigureAwait(false);
        var key = await carried.FindAsync(fit.RunId, fit.Round, cancellationToken).ConfigureAwait(false);
        return new ControlWork(server, Read(key, checked((int)run.Context.Manifest.ElementCount)));
    }

    /// <summary>Keeps, durably, what the client's control is if the round counts an update.</summary>
    public void Keep(FitAssignment fit, ControlWork work, ReadOnlySpan<byte> updateDigest)
    {
        using var next = carried.Begin(fit.RunId, fit.Round);
        for (var left = work.Next; left.Length > 0; left = left[Math.Min(left.Length, PieceBytes / sizeof(float))..])
        {
            next.Values.Write(MemoryMarshal.AsBytes(left[..Math.Min(left.Length, PieceBytes / sizeof(float))]));
        }

        next.Commit(updateDigest);
    }

    private float[] Read(CarriedKey? key, int length)
    {
        var own = new float[length];
        try
        {
            using var from = key is { } known ? carried.OpenRead(known) : null;
            for (var at = 0L; from is not null && at < (long)length * sizeof(float); at += PieceBytes)
            {
                from.ReadExactly(FloatBytes.Slice(own, at, (int)Math.Min(PieceBytes, ((long)length * sizeof(float)) - at)));
            }
        }
        catch (VaultException damage) when (key is { } unreadable)
        {
            carried.GiveUp(unreadable, damage.Message);
            Array.Clear(own);
        }

        return own;
    }
}
