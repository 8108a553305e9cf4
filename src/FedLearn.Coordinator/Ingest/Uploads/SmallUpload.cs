using System.Buffers;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>
/// An update of one block's length at most: collected in memory, then durable together with others in a shared segment. What was not
/// finished is gone; sending it anew costs less than keeping it.
/// </summary>
/// <param name="segments">Where it goes.</param>
/// <param name="key">Which update it is.</param>
/// <param name="partLengths">The bytes of its parts: a block each.</param>
internal sealed class SmallUpload(UpdateSegments segments, UploadKey key, int[] partLengths) : IUpload
{
    private readonly int _byteLength = partLengths.Sum();
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(partLengths.Sum());
    private BlockEntry[] _blocks = [];
    private int _length;

    public long Length => _length;

    public bool AllFinite => _blocks.All(b => double.IsFinite(b.SumOfSquares));

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
            _blocks[part] = BlockEntry.Of(_buffer.AsSpan(start, length));
            start += length;
        }

        return [.. _blocks.Select(b => new WholePart(BlockDigest.OfOneBlock(b.Sha256), Math.Sqrt(b.SumOfSquares)))];
    }

    public async ValueTask<SegmentPlace?> SealAsync(CancellationToken cancellationToken) =>
        await segments.AppendAsync(key.RunId, key.Round, _buffer.AsMemory(0, _length), _blocks, cancellationToken).ConfigureAwait(false);

    /// <summary>A refused record stays in its segment: no row names it, and the segment goes with its round.</summary>
    public void Discard()
    {
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
