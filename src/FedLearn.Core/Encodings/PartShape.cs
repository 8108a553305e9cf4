using System.Collections.Immutable;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Encodings;

/// <summary>What a part of a run's updates is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Encoding">How its values become bytes.</param>
/// <param name="Elements">Its values.</param>
public sealed record PartShape(string Name, IVectorEncoding Encoding, long Elements)
{
    /// <summary>Its bytes.</summary>
    public long ByteLength => Encoding.ByteLengthOf(Elements);

    /// <summary>The parts in order: the first one, the delta, has the run's encoding, the others are float32.</summary>
    public static ImmutableArray<PartShape> Of(RunSpec spec)
    {
        var elements = spec.Model.Manifest.ElementCount;
        return [.. StrategyKinds.PartsOf(spec.Strategy).Select((name, i) => new PartShape(name, i == 0 ? VectorEncodings.Of(spec.Client) : VectorEncodings.F32, elements))];
    }
}
