using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Encodings;

namespace FedLearn.Coordinator.Models;

/// <summary>A part of an update on disk, as it came.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Shape">What they encode.</param>
internal sealed record EncodedVector(VectorReader Bytes, PartShape Shape)
{
    public IVectorEncoding Encoding => Shape.Encoding;

    /// <summary>The blocks of coordinates.</summary>
    public int BlockCount => EncodingLayout.BlocksOf(Shape.Elements);

    /// <summary>The values of a block.</summary>
    public int LengthOf(int block) => EncodingLayout.LengthOf(block, Shape.Elements);
}
