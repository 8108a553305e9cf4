using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Optimizers;

namespace FedLearn.Coordinator.Models;

/// <summary>What the server keeps from version to version, and how a round moves it with the parameters. Safe for several threads at once.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="state">The base version's state, the optimizer's and then the control; none before the first round.</param>
/// <param name="control">The step of the server's control variate; null where the strategy has none.</param>
internal sealed class ServerStep(IServerOptimizer optimizer, IReadOnlyList<VectorReader> state, ControlStep? control = null)
{
    private readonly ImmutableArray<StateVector> _vectors = control is null ? optimizer.State : optimizer.State.Add(ControlVariates.State);

    /// <summary>The state's vectors.</summary>
    public int StateVectors => _vectors.Length;

    /// <summary>The most updates that it looks at side by side.</summary>
    public int Places => control?.Places ?? 0;

    /// <summary>Steps one block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="parameters">The base version's parameters, and then the new one's.</param>
    /// <param name="aggregate">The round's aggregate; lost.</param>
    /// <param name="states">Receives the new version's state: its vectors at this block, one after the other.</param>
    /// <param name="readers">The thread's readers, at least <see cref="Places"/>.</param>
    /// <exception cref="Storage.StoredDataException">A block of the state is damaged.</exception>
    public void Step(int block, Span<float> parameters, Span<double> aggregate, Span<float> states, UpdateReaders readers)
    {
        for (var i = 0; i < StateVectors; i++)
        {
            var values = states.Slice(i * parameters.Length, parameters.Length);
            if (state.Count == 0)
            {
                values.Fill(_vectors[i].Start);
            }
            else
            {
                state[i].Read(block, MemoryMarshal.AsBytes(values));
            }
        }

        var own = optimizer.State.Length * parameters.Length;
        optimizer.Step(parameters, aggregate, states[..own], parameters);
        control?.Step(block, states[own..], aggregate, readers);
    }
}
