using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace FedLearn.Client.Session;

/// <summary>
/// What an encoding left out of earlier deltas, added to the next one (Karimireddy et al. 2019, algorithm 2: p = delta + e; e' = p - C(p)), as
/// two streams of float32 values: block by block, so that no vector of the model's size stands in memory for it.
/// </summary>
/// <param name="before">The residual before the round; null = zero.</param>
/// <param name="after">Receives the residual after it.</param>
internal sealed class ErrorFeedback(Stream? before, Stream after)
{
    /// <summary>Adds the next values of the residual to a block of the delta.</summary>
    /// <param name="delta">The block; receives the sum.</param>
    /// <param name="scratch">As long as the block.</param>
    public void Add(Span<float> delta, Span<float> scratch)
    {
        if (before is not null)
        {
            before.ReadExactly(MemoryMarshal.AsBytes(scratch));
            TensorPrimitives.Add(delta, scratch, delta);
        }
    }

    /// <summary>Keeps what was not sent of a block.</summary>
    /// <param name="delta">What was to be sent.</param>
    /// <param name="sent">What was sent, decoded; receives the difference.</param>
    public void Keep(ReadOnlySpan<float> delta, Span<float> sent)
    {
        TensorPrimitives.Subtract(delta, sent, sent);
        after.Write(MemoryMarshal.AsBytes(sent));
    }
}
