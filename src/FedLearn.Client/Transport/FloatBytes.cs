using System.Runtime.InteropServices;

namespace FedLearn.Client.Transport;

/// <summary>
/// The bytes of a float vector by byte offset. A span of bytes ends at 2 GB while a vector may hold up to 2^31-1 floats (8 GB),
/// so the vector is never seen as bytes in one piece.
/// </summary>
internal static class FloatBytes
{
    /// <summary>The bytes [offset, offset + length) of the vector's little-endian values.</summary>
    public static Span<byte> Slice(Span<float> vector, long offset, int length)
    {
        var first = checked((int)(offset / sizeof(float)));
        var skip = (int)(offset % sizeof(float));
        var count = (int)(((long)skip + length + sizeof(float) - 1) / sizeof(float));
        return MemoryMarshal.AsBytes(vector.Slice(first, count)).Slice(skip, length);
    }
}
