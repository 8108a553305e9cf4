namespace FedLearn.Proofs.Simulation.Machinery;

/// <summary>Virtual time: what is to happen and when. What is due at the same instant happens in the order in which it was planned.</summary>
internal sealed class Timeline
{
    private readonly PriorityQueue<Action, (long Ticks, long Order)> _plan = new();
    private long _order;

    /// <summary>The monotonic instant.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Steps done.</summary>
    public long Steps { get; private set; }

    /// <summary>Plans something.</summary>
    public void After(TimeSpan delay, Action work) => _plan.Enqueue(work, ((Now + delay).Ticks, _order++));

    /// <summary>Does the next thing, and moves time there. False where nothing is planned.</summary>
    public bool Step()
    {
        if (!_plan.TryDequeue(out var work, out var due))
        {
            return false;
        }

        Now = TimeSpan.FromTicks(due.Ticks);
        Steps++;
        work();
        return true;
    }
}
