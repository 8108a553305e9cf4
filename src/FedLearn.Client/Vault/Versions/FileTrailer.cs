using System.Buffers.Binary;

namespace FedLearn.Client.Vault.Versions;

/// <summary>
/// The manifest at the end of a sealed file's plaintext, 40 bytes, little-endian: magic "FLVM", format 1 (2 bytes), part (2), record
/// length (4), schema length (4), records (8), segments of the file (8), bytes of schema and records (8). Being sealed it cannot be
/// changed, and being last it cannot be missing: a file that was cut has none.
/// </summary>
internal readonly record struct FileTrailer(DataPart Part, int RecordLength, int SchemaLength, long Records, long Segments)
{
    public const int Length = 40;

    private const ushort Format = 1;

    private static ReadOnlySpan<byte> Magic => "FLVM"u8;

    private long BodyLength => SchemaLength + (Records * RecordLength);

    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Format);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], (ushort)Part);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], RecordLength);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], SchemaLength);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Records);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Segments);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], BodyLength);
    }

    /// <returns>Null where these are not the last bytes of a file with so much plaintext in so many segments.</returns>
    public static FileTrailer? TryRead(ReadOnlySpan<byte> source, long plaintextLength, long segments)
    {
        if (!source.StartsWith(Magic) || BinaryPrimitives.ReadUInt16LittleEndian(source[4..]) != Format)
        {
            return null;
        }

        var trailer = new FileTrailer(
            (DataPart)BinaryPrimitives.ReadUInt16LittleEndian(source[6..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]));
        var agrees = trailer is { RecordLength: > 0, SchemaLength: >= 0, Records: >= 0 }
            && trailer.Records <= plaintextLength / trailer.RecordLength
            && trailer.BodyLength + Length == plaintextLength
            && trailer.Segments == segments
            && BinaryPrimitives.ReadInt64LittleEndian(source[32..]) == trailer.BodyLength;
        return agrees ? trailer : null;
    }
}
