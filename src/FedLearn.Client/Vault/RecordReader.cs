using FedLearn.Client.Vault.Versions;

namespace FedLearn.Client.Vault;

/// <summary>
/// The records of one part of a version, decrypted in memory: one after another, at any place, or all at once. Holds two segments of
/// memory per sealed file, however long that is. Not thread-safe.
/// </summary>
public sealed class RecordReader : IRecordSource
{
    private readonly IReadOnlyList<RecordFile> _files;
    private readonly long[] _starts;
    private long _next;

    internal RecordReader(VaultVersion version, DataPart part, IReadOnlyList<RecordFile> files, byte[] schema)
    {
        (Version, Part, _files, Schema) = (version, part, files, schema);
        _starts = new long[files.Count];
        for (var i = 0; i < files.Count; i++)
        {
            _starts[i] = Count;
            Count += files[i].Trailer.Records;
        }
    }

    /// <summary>The version that is read.</summary>
    public VaultVersion Version { get; }

    /// <summary>The part that is read.</summary>
    public DataPart Part { get; }

    /// <summary>The number of records; 0 where the version has none in this part.</summary>
    public long Count { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Schema { get; }

    /// <inheritdoc/>
    public int RecordLength => Version.RecordLength;

    /// <inheritdoc/>
    /// <exception cref="VaultException">The record's segment is damaged.</exception>
    public bool TryRead(Span<byte> record)
    {
        if (_next == Count)
        {
            return false;
        }

        Read(_next, record);
        _next++;
        return true;
    }

    /// <summary>
    /// Reads records <paramref name="first"/> and following, as many as fill <paramref name="records"/>. One segment is kept, so
    /// neighbours cost nothing more.
    /// </summary>
    /// <param name="first">The first record, from 0.</param>
    /// <param name="records">A whole number of <see cref="RecordLength"/> bytes.</param>
    /// <exception cref="ArgumentException">There are no such records, or the length is not a whole number of them.</exception>
    /// <exception cref="VaultException">A segment is damaged; nothing of it is yielded.</exception>
    public void Read(long first, Span<byte> records)
    {
        var (count, rest) = Math.DivRem(records.Length, RecordLength);
        if (rest != 0 || first < 0 || first > Count - count)
        {
            throw new ArgumentException($"records {first} to {first + count} of {Count} with {RecordLength} bytes each do not fit {records.Length} bytes");
        }

        for (var file = FileOf(first); !records.IsEmpty; file++)
        {
            var within = first - _starts[file];
            var taken = (int)Math.Min(_files[file].Trailer.Records - within, records.Length / RecordLength);
            _files[file].Read(within, records[..(taken * RecordLength)]);
            records = records[(taken * RecordLength)..];
            first += taken;
        }
    }

    /// <summary>
    /// Loads all records into one buffer, for training in memory, after checking that the sealed files are those the version names.
    /// The buffer is pinned, so that the collector leaves no copies; whoever takes it clears it.
    /// </summary>
    /// <exception cref="VaultException">A file is damaged or another one, or there are more than 2 GiB of records: read those by place.</exception>
    public byte[] LoadAll()
    {
        if (Count > Array.MaxLength / RecordLength)
        {
            throw new VaultException($"{Count} records of {RecordLength} bytes are more than {Array.MaxLength} bytes, the most that fits one buffer; read them by place");
        }

        foreach (var file in _files)
        {
            file.CheckDigest();
        }

        var all = GC.AllocateUninitializedArray<byte>((int)Count * RecordLength, pinned: true);
        Read(0, all);
        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private int FileOf(long record)
    {
        var found = Array.BinarySearch(_starts, record);

        // Of files with the same start all but the last are empty, which a read steps over by itself.
        return Math.Max(0, found >= 0 ? found : ~found - 1);
    }
}
