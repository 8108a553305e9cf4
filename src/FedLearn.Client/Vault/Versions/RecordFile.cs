using System.Security.Cryptography;
using FedLearn.Client.Vault.Files;
using FedLearn.Client.Vault.Keys;
using FedLearn.Core.Sealing;

namespace FedLearn.Client.Vault.Versions;

/// <summary>One sealed file of records, opened and checked against the list it stands in.</summary>
internal sealed class RecordFile : IDisposable
{
    private readonly string _path;
    private readonly VaultFile _listed;
    private readonly SealedFile _file;

    private RecordFile(string path, VaultFile listed, SealedFile file) => (_path, _listed, _file) = (path, listed, file);

    public FileTrailer Trailer { get; private set; }

    public static RecordFile Open(string vault, KeyRing ring, VaultVersion version, VaultFile listed)
    {
        var path = VaultLayout.FileIn(vault, listed.Id);
        var key = ring.Unwrap(listed.Id);
        var opened = new RecordFile(path, listed, SealedFile.Open(path, key, VaultLayout.BindingOf(listed.Origin, version.SchemaDigest)));
        CryptographicOperations.ZeroMemory(key);
        try
        {
            opened.Trailer = opened.ReadTrailer(version);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public byte[] ReadSchema()
    {
        var schema = new byte[Trailer.SchemaLength];
        _file.ReadAt(0, schema);
        return schema;
    }

    /// <summary>Reads records from <paramref name="first"/> on; the destination is a whole number of them.</summary>
    public void Read(long first, Span<byte> destination) =>
        _file.ReadAt(Trailer.SchemaLength + (first * Trailer.RecordLength), destination);

    /// <summary>Opens every segment, so that damage anywhere shows.</summary>
    public void OpenAll()
    {
        using var plaintext = new SecretBuffer(StreamFormat.Default.SegmentSize);
        for (var segment = 0L; segment < _file.Segments; segment++)
        {
            _file.ReadSegment(segment, plaintext.Span);
        }
    }

    /// <summary>Reads the sealed bytes once more and compares their digest with the list's.</summary>
    public void CheckDigest()
    {
        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var digest = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (digest != _listed.Digest)
        {
            throw new VaultException($"{_path} has SHA-256 {digest}, and its version lists {_listed.Digest}: it is another file. Restore it from a backup.");
        }
    }

    public void Dispose() => _file.Dispose();

    private FileTrailer ReadTrailer(VaultVersion version)
    {
        Span<byte> bytes = stackalloc byte[FileTrailer.Length];
        if (_file.Length >= bytes.Length)
        {
            _file.ReadAt(_file.Length - bytes.Length, bytes);
        }

        return FileTrailer.TryRead(bytes, _file.Length, _file.Segments) is { } trailer
            && trailer.Part == _listed.Part && trailer.RecordLength == version.RecordLength
                ? trailer
                : throw new VaultException($"{_path} ends in a manifest that does not agree with version {version.Number}: the list was changed. Restore it from a backup.");
    }
}
