namespace FedLearn.Client.Vault;

/// <summary>
/// Samples to seal, read as a stream: records of one fixed length. The vault does not know what a record means; that is the
/// schema's matter, whose bytes are bound to the sealed files.
/// </summary>
public interface IRecordSource : IDisposable
{
    /// <summary>The schema: UTF-8 JSON in canonical form. Its SHA-256 is the schema digest that runs name.</summary>
    ReadOnlyMemory<byte> Schema { get; }

    /// <summary>The length of every record in bytes, at least 1.</summary>
    int RecordLength { get; }

    /// <summary>Reads the next record into <paramref name="record"/> (exactly <see cref="RecordLength"/> bytes).</summary>
    /// <returns>False at the end of the source.</returns>
    /// <exception cref="InvalidDataException">The source is damaged at this place; the message names file, line and column.</exception>
    bool TryRead(Span<byte> record);
}
