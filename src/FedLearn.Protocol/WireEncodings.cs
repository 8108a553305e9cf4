using FedLearn.Core.Encodings;
using FedLearn.Protocol.V1;

namespace FedLearn.Protocol;

/// <summary>The one table between encodings and their names on the wire.</summary>
public static class WireEncodings
{
    /// <summary>What a part's header calls an encoding.</summary>
    public static Encoding ToWire(this EncodingKind kind) => kind switch
    {
        EncodingKind.Bf16 => Encoding.Bf16,
        EncodingKind.Int8Scaled => Encoding.Int8,
        EncodingKind.TopK => Encoding.TopK,
        _ => Encoding.F32,
    };

    /// <summary>The value's name in federation.proto.</summary>
    public static string ToProto(this EncodingKind kind) => kind switch
    {
        EncodingKind.Bf16 => "ENCODING_BF16",
        EncodingKind.Int8Scaled => "ENCODING_INT8",
        EncodingKind.TopK => "ENCODING_TOP_K",
        _ => "ENCODING_F32",
    };
}
