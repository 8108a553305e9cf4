using FedLearn.Client.Transport;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Session;

/// <summary>The client's own control variates, carried from round to round, and where a round's work with them begins.</summary>
internal sealed class OwnControls(CarriedFloats carried, ModelCache models)
{
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
        var length = checked((int)run.Context.Manifest.ElementCount);
        return new ControlWork(server, await carried.FindAsync(fit.RunId, fit.Round, length, cancellationToken).ConfigureAwait(false) ?? new float[length]);
    }

    /// <summary>Keeps, durably, what the client's control is if the round counts an update.</summary>
    public void Keep(FitAssignment fit, ControlWork work, ReadOnlySpan<byte> updateDigest) => carried.Keep(fit.RunId, fit.Round, work.Next, updateDigest);
}
