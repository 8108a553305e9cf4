using FedLearn.Core.Aggregation;

namespace FedLearn.Core.Encodings;

/// <summary>Where the blocks of an encoded vector lie.</summary>
public static class EncodingLayout
{
    /// <summary>The bytes of a vector.</summary>
    /// <param name="encoding">Its encoding.</param>
    /// <param name="elements">Its values.</param>
    public static long ByteLengthOf(this IVectorEncoding encoding, long elements) =>
        encoding.StartOf(elements / UpdatePieces.Block) + encoding.BytesOf((int)(elements % UpdatePieces.Block));

    /// <summary>The first byte of a block.</summary>
    public static long StartOf(this IVectorEncoding encoding, long block) => block * encoding.BytesOf(UpdatePieces.Block);

    /// <summary>The blocks of a vector.</summary>
    public static int BlocksOf(long elements) => (int)((elements + UpdatePieces.Block - 1) / UpdatePieces.Block);

    /// <summary>The values of a block of a vector; 0 or less behind its end.</summary>
    public static int LengthOf(long block, long elements) => (int)Math.Min(UpdatePieces.Block, elements - (block * UpdatePieces.Block));
}
