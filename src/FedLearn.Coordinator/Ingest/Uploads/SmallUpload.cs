using System.Buffers;
using System.IO.Hashing;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>
/// An update of one block's length at most: collected in memory, then durable together with others in a shared segment. What was not
/// finished is gone; sending it anew costs less than keeping it.
/// </summary>
/// <param name="segments">Where it goes.</param>
/// <param name="key">Which update it is.</param>
/// <param name="partLengths">The bytes of its parts: a block each.</param>
/// <param name="norms">Check the parts; fresh.</param>
internal sealed class SmallUpload(UpdateSegments segments, UploadKey key, int[] partLengths, IReadOnlyList<EncodedNorm> norms) : IUpload
{
    private readonly int _byteLength = partLengths.Sum();
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(partLengths.Sum());
    private BlockEntry[] _blocks = [];
    private int _length;

    public long Length => _length;

    public string? Mistake => norms.Select(n => n.Mistake).FirstOrDefault(m => m is not null);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_length, _byteLength - _length));
        _length += bytes.Length;
    }

    public IReadOnlyList<WholePart> Finish()
    {
        (_blocks, var start) = (new BlockEntry[partLengths.Length], 0);
        foreach (var (part, length) in partLengths.Index())
        {
            var bytes = _buffer.AsSpan(start, length);
            norms[part].Append(bytes);
            _blocks[part] = new BlockEntry(Sha256Value.Of(bytes), XxHash3.HashToUInt64(bytes), BlockEntry.SquaresIn(norms[part]));
            start += length;
        }

        return [.. _blocks.Zip(norms, (b, n) => new WholePart(BlockDigest.OfOneBlock(b.Sha256), n.Norm, n.Mistake))];
    }

    public async ValueTask<SegmentPlace?> SealAsync(CancellationToken cancellationToken) =>
        await segments.AppendAsync(key.RunId, key.Round, _buffer.AsMemory(0, _length), _blocks, cancellationToken).ConfigureAwait(false);

    /// <summary>A refused record stays in its segment: no row names it, and the segment goes with its round.</summary>
    public void Discard()
    {
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
