using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Optimizers;

namespace FedLearn.Coordinator.Models;

/// <summary>The server optimizer and the state that the base version left for it. Safe for several threads at once.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="state">The base version's state in the optimizer's order, or none before the first round.</param>
internal sealed class ServerStep(IServerOptimizer optimizer, IReadOnlyList<VectorReader> state)
{
    /// <summary>The state's vectors.</summary>
    public int StateVectors => optimizer.State.Length;

    /// <summary>Steps one block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="parameters">The base version's parameters, and then the new one's.</param>
    /// <param name="aggregate">The round's aggregate.</param>
    /// <param name="states">Receives the new version's state: its vectors at this block, one after the other.</param>
    /// <exception cref="Storage.StoredDataException">A block of the state is damaged.</exception>
    public void Step(int block, Span<float> parameters, ReadOnlySpan<double> aggregate, Span<float> states)
    {
        for (var i = 0; i < StateVectors; i++)
        {
            var values = states.Slice(i * parameters.Length, parameters.Length);
            if (state.Count == 0)
            {
                values.Fill(optimizer.State[i].Start);
            }
            else
            {
                state[i].Read(block, MemoryMarshal.AsBytes(values));
            }
        }

        optimizer.Step(parameters, aggregate, states, parameters);
    }
}
