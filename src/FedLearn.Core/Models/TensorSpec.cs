using System.Collections.Immutable;

namespace FedLearn.Core.Models;

/// <summary>
/// One named float32 tensor of a model. Shapes follow the convention [out, in, ...] (dense layers [out, in], biases [out]),
/// from which fan-in and fan-out are read.
/// </summary>
/// <param name="Name">The tensor's name, unique in its manifest: 1 to 200 characters, none of them a control character.</param>
/// <param name="Shape">The dimensions, each at least 1; empty for a scalar.</param>
/// <param name="Init">How the first values are drawn.</param>
public sealed record TensorSpec(string Name, ImmutableArray<long> Shape, InitRule Init)
{
    /// <summary>Creates a spec from a list of dimensions.</summary>
    public TensorSpec(string name, InitRule init, params long[] shape)
        : this(name, [.. shape], init)
    {
    }

    /// <summary>The number of elements: the product of the dimensions.</summary>
    public long ElementCount { get; } = Shape.Aggregate(1L, (product, dimension) => checked(product * dimension));

    /// <summary>Inputs to one output unit: the product of all dimensions but the first (of a vector: its length).</summary>
    public long FanIn => Shape.Length switch { 0 => 1, 1 => Shape[0], _ => ElementCount / Shape[0] };

    /// <summary>Outputs one input unit feeds: the first dimension times the receptive field.</summary>
    public long FanOut => Shape.Length switch { 0 => 1, 1 => Shape[0], _ => ElementCount / Shape[1] };
}
