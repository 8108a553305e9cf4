using System.Buffers;

namespace FedLearn.Coordinator.Ingest.Frames;

/// <summary>
/// Finds a chunk's bytes in a message of the one form that every protobuf library writes: field 3 alone (the chunk), in it field 1 where it
/// is not 0 (the offset) and field 2 (the data), each once and in this order. Whatever else is valid is left to the generated parser.
/// </summary>
internal static class ChunkReader
{
    private const byte ChunkTag = (3 << 3) | 2;
    private const byte OffsetTag = 1 << 3;
    private const byte DataTag = (2 << 3) | 2;
    private const int LongestVarint = 10;

    /// <summary>False where the message is not of that form.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> message, out long offset, out ReadOnlySequence<byte> data)
    {
        (offset, data) = (0, default);
        var reader = new SequenceReader<byte>(message);
        if (!IsLastField(ref reader, ChunkTag))
        {
            return false;
        }

        if (reader.IsNext(OffsetTag, advancePast: true))
        {
            if (!TryReadVarint(ref reader, out var value))
            {
                return false;
            }

            offset = (long)value;
        }

        if (!IsLastField(ref reader, DataTag))
        {
            return false;
        }

        data = reader.UnreadSequence;
        return true;
    }

    /// <summary>Whether a field of bytes comes that fills all that is left.</summary>
    private static bool IsLastField(ref SequenceReader<byte> reader, byte tag) =>
        reader.IsNext(tag, advancePast: true) && TryReadVarint(ref reader, out var length) && length == (ulong)reader.Remaining;

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var i = 0; i < LongestVarint && reader.TryRead(out var b); i++)
        {
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                // Bits beyond 64 are the generated parser's business.
                return i < LongestVarint - 1 || b <= 1;
            }
        }

        return false;
    }
}
