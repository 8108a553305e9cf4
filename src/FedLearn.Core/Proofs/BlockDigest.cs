using System.IO.Hashing;
using System.Security.Cryptography;

namespace FedLearn.Core.Proofs;

/// <summary>The two checks of one block of at most <see cref="BlockDigest.BlockSize"/> bytes.</summary>
/// <param name="Sha256">SHA-256 of the block: what the digest is made of.</param>
/// <param name="XxHash3">XxHash3 (64 bits, seed 0) of the block: what every later read from disk checks.</param>
public readonly record struct BlockCheck(ReadOnlyMemory<byte> Sha256, ulong XxHash3);

/// <summary>
/// The digest of an update's part and of a model version: SHA-256 over the concatenated SHA-256 values of the 1 MiB blocks of
/// its bytes (the last block may be shorter; of no bytes: SHA-256 of nothing). Computed once, while the bytes come in. The
/// list of blocks is kept, so that a resume rehashes one block at most.
/// </summary>
/// <remarks>One stream of bytes, in order; not thread safe.</remarks>
public sealed class BlockDigest : IDisposable
{
    /// <summary>Bytes of a block: 1 MiB.</summary>
    public const int BlockSize = 1 << 20;

    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly XxHash3 _xx = new();
    private readonly List<BlockCheck> _blocks;
    private int _inBlock;

    /// <summary>Starts at the first byte.</summary>
    public BlockDigest()
        : this([])
    {
    }

    /// <summary>Goes on after whole blocks that were hashed before.</summary>
    public BlockDigest(IEnumerable<BlockCheck> wholeBlocks)
    {
        _blocks = [.. wholeBlocks];
        Length = (long)_blocks.Count * BlockSize;
    }

    /// <summary>The bytes taken so far.</summary>
    public long Length { get; private set; }

    /// <summary>The complete blocks so far.</summary>
    public IReadOnlyList<BlockCheck> Blocks => _blocks;

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var take = Math.Min(bytes.Length, BlockSize - _inBlock);
            _sha.AppendData(bytes[..take]);
            _xx.Append(bytes[..take]);
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

        foreach (var block in _blocks)
        {
            _sha.AppendData(block.Sha256.Span);
        }

        return _sha.GetHashAndReset();
    }

    /// <summary>The digest of bytes in memory, 32 bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes)
    {
        using var digest = new BlockDigest();
        digest.Append(bytes);
        return digest.Finish();
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
    public void Dispose() => _sha.Dispose();

    private void CloseBlock()
    {
        _blocks.Add(new BlockCheck(_sha.GetHashAndReset(), _xx.GetCurrentHashAsUInt64()));
        _xx.Reset();
        _inBlock = 0;
    }
}
