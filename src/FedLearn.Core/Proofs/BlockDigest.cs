using System.Security.Cryptography;

namespace FedLearn.Core.Proofs;

/// <summary>
/// The digest of an update's part and of a model version: SHA-256 over the concatenated SHA-256 values of the 1 MiB blocks of
/// its bytes (the last block may be shorter; of no bytes: SHA-256 of nothing). Computed once, while the bytes come in, in constant
/// memory and without allocation. Who keeps the blocks' values can go on from them, so that a resume rehashes one block at most.
/// </summary>
/// <remarks>One stream of bytes, in order; not thread safe.</remarks>
public sealed class BlockDigest : IDisposable
{
    /// <summary>Bytes of a block: 1 MiB.</summary>
    public const int BlockSize = 1 << 20;

    private readonly IncrementalHash _block = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _blocks = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _inBlock;

    /// <summary>The bytes taken so far.</summary>
    public long Length { get; private set; }

    /// <summary>The number of complete blocks so far.</summary>
    public int BlockCount { get; private set; }

    /// <summary>The newest complete block.</summary>
    public Sha256Value LastBlock { get; private set; }

    /// <summary>Takes the next block by its value: it was hashed before. Only between whole blocks.</summary>
    /// <exception cref="InvalidOperationException">Some bytes of a block were taken.</exception>
    public void AppendWholeBlock(in Sha256Value sha256)
    {
        if (_inBlock != 0)
        {
            throw new InvalidOperationException($"{_inBlock} bytes of a block are taken");
        }

        Length += BlockSize;
        Close(sha256);
    }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var take = Math.Min(bytes.Length, BlockSize - _inBlock);
            _block.AppendData(bytes[..take]);
            _inBlock += take;
            Length += take;
            bytes = bytes[take..];
            if (_inBlock == BlockSize)
            {
                CloseBlock();
            }
        }
    }

    /// <summary>Closes the last block and returns the digest, 32 bytes. Nothing can be appended afterwards.</summary>
    public byte[] Finish()
    {
        if (_inBlock > 0)
        {
            CloseBlock();
        }

        return _blocks.GetHashAndReset();
    }

    /// <summary>The digest of bytes in memory, 32 bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes)
    {
        using var digest = new BlockDigest();
        digest.Append(bytes);
        return digest.Finish();
    }

    /// <summary>The digest of bytes that are one block, given the block's value.</summary>
    public static byte[] OfOneBlock(in Sha256Value sha256)
    {
        Span<byte> block = stackalloc byte[Sha256Value.Size];
        sha256.CopyTo(block);
        return SHA256.HashData(block);
    }

    /// <summary>The digest of an update: SHA-256 over the concatenated digests of its parts.</summary>
    public static byte[] OfParts(IEnumerable<ReadOnlyMemory<byte>> partDigests)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var digest in partDigests)
        {
            sha.AppendData(digest.Span);
        }

        return sha.GetHashAndReset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _block.Dispose();
        _blocks.Dispose();
    }

    private void CloseBlock()
    {
        Span<byte> hash = stackalloc byte[Sha256Value.Size];
        _block.GetHashAndReset(hash);
        _inBlock = 0;
        Close(new Sha256Value(hash));
    }

    private void Close(in Sha256Value sha256)
    {
        Span<byte> value = stackalloc byte[Sha256Value.Size];
        sha256.CopyTo(value);
        _blocks.AppendData(value);
        LastBlock = sha256;
        BlockCount++;
    }
}
