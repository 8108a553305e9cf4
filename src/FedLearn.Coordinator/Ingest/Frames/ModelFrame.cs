using System.Buffers;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Ingest.Frames;

/// <summary>
/// A message of a GetModel stream, as the server writes it: a chunk's bytes go from where they were read to the connection's buffers.
/// The same on the wire as <see cref="GetModelReply"/>.
/// </summary>
internal sealed class ModelFrame
{
    private const byte ChunkTag = (2 << 3) | 2;
    private const byte OffsetTag = 1 << 3;
    private const byte DataTag = (2 << 3) | 2;

    // Three tags, two lengths of at most 5 bytes, an offset of at most 10.
    private const int LongestPrefix = 23;

    /// <summary>The first message; null for a chunk.</summary>
    public GetModelReply? First { get; init; }

    /// <summary>Of a chunk: its first byte's place in the vector.</summary>
    public long Offset { get; init; }

    /// <summary>Of a chunk: its bytes, at least one.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Writes the message.</summary>
    public static void Write(ModelFrame frame, SerializationContext context)
    {
        if (frame.First is { } first)
        {
            context.SetPayloadLength(first.CalculateSize());
            first.WriteTo(context.GetBufferWriter());
        }
        else
        {
            Span<byte> space = stackalloc byte[LongestPrefix];
            var prefix = space[..frame.WritePrefix(space)];
            context.SetPayloadLength(prefix.Length + frame.Bytes.Length);
            var writer = context.GetBufferWriter();
            writer.Write(prefix);
            writer.Write(frame.Bytes.Span);
        }

        context.Complete();
    }

    private int WritePrefix(Span<byte> to)
    {
        var length = Bytes.Length;
        var offsetSize = Offset == 0 ? 0 : 1 + CodedOutputStream.ComputeInt64Size(Offset);
        var at = WriteVarint(to, 0, ChunkTag);
        at = WriteVarint(to, at, (ulong)(offsetSize + 1 + CodedOutputStream.ComputeLengthSize(length) + length));
        if (Offset != 0)
        {
            at = WriteVarint(to, at, OffsetTag);
            at = WriteVarint(to, at, (ulong)Offset);
        }

        at = WriteVarint(to, at, DataTag);
        return WriteVarint(to, at, (ulong)length);
    }

    private static int WriteVarint(Span<byte> to, int at, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to[at++] = (byte)(value | 0x80);
        }

        to[at++] = (byte)value;
        return at;
    }
}
