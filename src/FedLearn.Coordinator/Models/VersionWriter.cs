using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Models;

/// <summary>
/// Writes the vectors of a version, its parameters and the server optimizer's state, block by block, in any order and on several threads.
/// None has its final name before <see cref="Seal"/>, and the parameters, by which a version is known, get theirs last.
/// </summary>
/// <param name="parameters">The parameters.</param>
/// <param name="state">The state's vectors.</param>
internal sealed class VersionWriter(BlockVectorWriter parameters, ImmutableArray<BlockVectorWriter> state) : IDisposable
{
    /// <summary>The parameters.</summary>
    public BlockVectorWriter Parameters => parameters;

    /// <summary>False once a value was NaN or infinite.</summary>
    public bool AllFinite => parameters.AllFinite && state.All(s => s.AllFinite);

    /// <summary>Writes a block of every vector.</summary>
    /// <param name="block">The block.</param>
    /// <param name="values">Its parameters.</param>
    /// <param name="states">The state's vectors at this block, one after the other.</param>
    public void Write(int block, ReadOnlySpan<float> values, ReadOnlySpan<float> states)
    {
        parameters.Write(block, MemoryMarshal.AsBytes(values));
        for (var i = 0; i < state.Length; i++)
        {
            state[i].Write(block, MemoryMarshal.AsBytes(states.Slice(i * values.Length, values.Length)));
        }
    }

    /// <summary>Closes all vectors and makes their bytes durable: the digests of the parameters and of the state's vectors.</summary>
    public (byte[] Parameters, ImmutableArray<byte[]> State) Finish() => (parameters.Finish(), [.. state.Select(s => s.Finish())]);

    /// <summary>Gives the finished files their final names, durably.</summary>
    /// <param name="parametersPath">The file of the parameters.</param>
    /// <param name="statePaths">The files of the state's vectors.</param>
    public void Seal(string parametersPath, IEnumerable<string> statePaths)
    {
        foreach (var (writer, path) in state.Zip(statePaths))
        {
            writer.Seal(path);
        }

        parameters.Seal(parametersPath);
    }

    /// <summary>Deletes all files.</summary>
    public void Discard()
    {
        parameters.Discard();
        foreach (var writer in state)
        {
            writer.Discard();
        }
    }

    public void Dispose()
    {
        parameters.Dispose();
        foreach (var writer in state)
        {
            writer.Dispose();
        }
    }
}
