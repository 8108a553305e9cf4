using FedLearn.Core.Aggregation;

namespace FedLearn.Coordinator.Models;

/// <summary>The step of the server's control variate, of a strategy that has one. Safe for several threads at once.</summary>
internal sealed class ControlStep
{
    private readonly StoredUpdates _controls;
    private readonly IBlockAggregation _prepared;

    /// <param name="controls">The round's control deltas, in canonical client order.</param>
    /// <param name="rule">How they become one; takes no pass of its own over them.</param>
    public ControlStep(IReadOnlyList<StoredUpdate> controls, IAggregationRule rule)
    {
        _controls = new StoredUpdates(controls, threads: 1, CancellationToken.None);
        _prepared = rule.Prepare(_controls);
    }

    /// <summary>The most control deltas that are looked at side by side.</summary>
    public int Places => _prepared.Places;

    /// <summary>Steps one block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="control">The base version's control, and then the new one's.</param>
    /// <param name="buffer">As long as the block; what it holds is lost.</param>
    /// <param name="readers">The thread's readers, at least <see cref="Places"/>.</param>
    public void Step(int block, Span<float> control, Span<double> buffer, UpdateReaders readers)
    {
        _prepared.Aggregate(_controls.At(block, readers), buffer);
        ControlVariates.Step(control, buffer);
    }
}
