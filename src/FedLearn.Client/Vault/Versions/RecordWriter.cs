using System.Security.Cryptography;
using FedLearn.Client.Vault.Files;
using FedLearn.Client.Vault.Keys;
using FedLearn.Core.Sealing;

namespace FedLearn.Client.Vault.Versions;

/// <summary>Writes the records of one part into one sealed file: schema, records, trailer.</summary>
internal sealed class RecordWriter : IDisposable
{
    private readonly DataPart _part;
    private readonly int _recordLength;
    private readonly int _schemaLength;
    private readonly string _origin;
    private readonly SealedWriteStream _stream;
    private readonly string _id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public RecordWriter(string vault, KeyRing ring, DataPart part, string origin, string schemaDigest, IRecordSource source)
    {
        (_part, _origin, _recordLength, _schemaLength) = (part, origin, source.RecordLength, source.Schema.Length);
        var key = ring.NewKey(_id);
        _stream = new SealedWriteStream(
            VaultLayout.FileIn(vault, _id), VaultLayout.TemporaryIn(vault), key, VaultLayout.BindingOf(origin, schemaDigest));
        CryptographicOperations.ZeroMemory(key);
        _stream.Write(source.Schema.Span);
    }

    public long Records { get; private set; }

    public void Write(ReadOnlySpan<byte> record)
    {
        _stream.Write(record);
        Records++;
    }

    /// <summary>Ends the file with its trailer and puts it in its place.</summary>
    public VaultFile Commit()
    {
        var segments = StreamFormat.Default.SegmentOf(_stream.Position + FileTrailer.Length - 1) + 1;
        Span<byte> trailer = stackalloc byte[FileTrailer.Length];
        new FileTrailer(_part, _recordLength, _schemaLength, Records, segments).Write(trailer);
        _stream.Write(trailer);
        var info = _stream.CommitSealed();
        return new VaultFile(_id, _origin, _part, info.Length, info.Digest);
    }

    public void Dispose() => _stream.Dispose();
}
