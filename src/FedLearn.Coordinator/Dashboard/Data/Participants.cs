using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Operations;
using FedLearn.Coordinator.Rounds;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Dashboard.Data;

/// <summary>A participant as operators see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Online">Whether it is online.</param>
/// <param name="LastSeenUnixMs">When it was seen last by this process; 0 = not yet.</param>
/// <param name="Software">What it says of its software.</param>
/// <param name="CertificateUntilUnixMs">The end of its newest certificate; 0 = it has none.</param>
/// <param name="Examples">The size of its training set as it last reported it to this process; null = it did not.</param>
/// <param name="Declined">The runs that it declined.</param>
internal sealed record Participant(
    string Id, bool Online, long LastSeenUnixMs, string Software, long CertificateUntilUnixMs, long? Examples, IReadOnlyList<DeclinedRun> Declined);

/// <summary>Who takes part.</summary>
internal sealed class Participants(RunViews views, IIdentityStore identities, RunRegistry runs)
{
    /// <summary>All of them, those who are online first.</summary>
    public IReadOnlyList<Participant> All()
    {
        var ends = identities.Certificates().Where(c => c.RevokedUnixMs is null).ToLookup(c => c.ClientId, c => c.NotAfterUnixMs, StringComparer.Ordinal);
        var open = runs.All.ToList();
        return
        [
            .. views.Clients().Select(c => new Participant(
                    c.ClientId, c.Online, c.LastSeenUnixMs, c.Software, ends[c.ClientId].DefaultIfEmpty().Max(),
                    open.Select(r => r.Reports.GetValueOrDefault(c.ClientId)?.Examples).LastOrDefault(e => e is not null), c.Declined))
                .OrderByDescending(p => p.Online).ThenBy(p => p.Id, StringComparer.Ordinal),
        ];
    }
}
