using System.Collections.Immutable;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Encodings;

/// <summary>The registry of encodings: what a spec's <c>client.encoding</c> may name.</summary>
public static class VectorEncodings
{
    /// <summary>The names, in the order of <see cref="EncodingKind"/>.</summary>
    public static ImmutableArray<string> Names { get; } = ["f32", "bf16", "int8", "topk"];

    /// <summary>float32.</summary>
    public static IVectorEncoding F32 { get; } = new F32Encoding();

    /// <summary>The name of an encoding in a spec.</summary>
    public static string NameOf(EncodingKind kind) => Names[(int)kind];

    /// <summary>The encoding of a name.</summary>
    public static EncodingKind KindOf(string name) => (EncodingKind)Names.IndexOf(name);

    /// <summary>The encoding of a run's deltas.</summary>
    public static IVectorEncoding Of(ClientSettings settings) => settings.Encoding switch
    {
        EncodingKind.Bf16 => new Bf16Encoding(),
        EncodingKind.Int8Scaled => new Int8Encoding(),
        EncodingKind.TopK => new TopKEncoding(settings.TopK),
        _ => F32,
    };
}
