using FedLearn.Protocol.V1;

namespace FedLearn.Client.Session;

/// <summary>One stage of one round that concerns this client.</summary>
internal readonly record struct WorkKey(string RunId, int Round, Stage Stage);

/// <summary>A piece of local work, from its assignment to the coordinator's last word on it.</summary>
internal sealed class WorkItem : IDisposable
{
    private readonly CancellationTokenSource _cancel;
    private string? _reason;

    /// <param name="key">What it is for.</param>
    /// <param name="assignment">The assignment; null for an update left over from earlier, of which only the delivery remains.</param>
    /// <param name="limit">The local work is given up after this long; its delivery is not.</param>
    /// <param name="time">The clock of the limit.</param>
    public WorkItem(WorkKey key, object? assignment, TimeSpan limit, TimeProvider time)
    {
        Key = key;
        Assignment = assignment;
        _cancel = new CancellationTokenSource(limit, time);
    }

    public WorkKey Key { get; }

    public object? Assignment { get; }

    /// <summary>What the client does for it now, as heartbeats say it.</summary>
    public Activity Activity { get; set; } = Activity.Idle;

    /// <summary>The connection on which the coordinator last named it.</summary>
    public int SeenOn { get; set; }

    /// <summary>Why the local work was given up.</summary>
    public string Reason => _reason ?? "the time of the round is up";

    /// <summary>Cancelled when the local work has become pointless.</summary>
    public CancellationToken Pointless => _cancel.Token;

    public void GiveUp(string reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work ended at this very moment: there is nothing left to give up.
        }
    }

    public void Dispose() => _cancel.Dispose();
}
