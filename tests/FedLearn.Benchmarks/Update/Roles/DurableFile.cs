using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>What the bare sink does with what it receives: SHA-256, write, fsync.</summary>
internal sealed class DurableFile(string path) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private SafeFileHandle? _file;
    private long _length;

    public void Begin() => (_file, _length) = (File.OpenHandle(path, FileMode.Create, FileAccess.Write), 0);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        RandomAccess.Write(_file!, bytes, _length);
        _length += bytes.Length;
    }

    /// <summary>The digest, once the bytes are durable.</summary>
    public byte[] Finish()
    {
        var digest = _hash.GetHashAndReset();
        RandomAccess.FlushToDisk(_file!);
        return digest;
    }

    public void Delete()
    {
        _file!.Dispose();
        File.Delete(path);
    }

    public void Dispose()
    {
        _file?.Dispose();
        _hash.Dispose();
    }
}
