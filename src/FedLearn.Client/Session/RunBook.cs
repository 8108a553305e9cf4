using System.Collections.Concurrent;
using FedLearn.Client.Logging;
using FedLearn.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Session;

/// <summary>The open runs, and what this client answered to each. A run is decided once; the answer is given again on each connection.</summary>
internal sealed class RunBook(RunAdmission admission, ILogger logger)
{
    private readonly ConcurrentDictionary<string, RunAnswer> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private volatile bool _served;

    public int OpenRuns => _open.Count;

    /// <summary>The ids of the open runs.</summary>
    public IReadOnlyCollection<string> Open => [.. _open.Keys];

    /// <summary>Whether there was a run and none is open any more.</summary>
    public bool AllOver => _served && _open.IsEmpty;

    public RunAnswer.Accepted? FindAccepted(string runId) => _open.GetValueOrDefault(runId) as RunAnswer.Accepted;

    public void BeginState() => _named.Clear();

    /// <summary>The runs that the coordinator did not name on this connection: they are over, and are to be removed.</summary>
    public IReadOnlyList<string> EndOfState() => [.. _open.Keys.Where(id => !_named.Contains(id))];

    public RunAnswer Announce(RunAnnouncement run)
    {
        _named.Add(run.RunId);
        _served = true;
        return _open.GetOrAdd(run.RunId, _ => Decide(run));
    }

    public void Remove(string runId) => _open.TryRemove(runId, out _);

    private RunAnswer Decide(RunAnnouncement run)
    {
        var answer = DecideOrDecline(run);
        if (answer is RunAnswer.Accepted { Context: var context, Trainer.Kind: var kind })
        {
            ClientLog.RunAccepted(logger, run.RunId, run.Name, kind, context.Manifest.ElementCount);
        }
        else if (answer is RunAnswer.Declined { Reason: var reason })
        {
            ClientLog.RunDeclined(logger, run.RunId, run.Name, reason);
        }

        return answer;
    }

    private RunAnswer DecideOrDecline(RunAnnouncement run)
    {
        try
        {
            return admission.Decide(run);
        }
#pragma warning disable CA1031 // The trainer is foreign code: whatever it throws concerns this run alone.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return new RunAnswer.Declined($"the trainer failed when asked: {fault.Message}");
        }
    }
}
