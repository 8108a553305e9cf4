using System.Buffers;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>
/// An update of one block at most: collected in memory, then durable together with others in a shared segment. What was not finished is
/// gone; sending it anew costs less than keeping it.
/// </summary>
internal sealed class SmallUpload(UpdateSegments segments, UploadKey key, int byteLength) : IUpload
{
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(byteLength);
    private int _length;
    private BlockEntry _block;

    public long Length => _length;

    public double Norm => Math.Sqrt(_block.SumOfSquares);

    public bool AllFinite => double.IsFinite(_block.SumOfSquares);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_length, byteLength - _length));
        _length += bytes.Length;
    }

    public byte[] Finish()
    {
        _block = BlockEntry.Of(_buffer.AsSpan(0, _length));
        return BlockDigest.OfOneBlock(_block.Sha256);
    }

    public async ValueTask<SegmentPlace?> SealAsync(CancellationToken cancellationToken) =>
        await segments.AppendAsync(key.RunId, key.Round, _buffer.AsMemory(0, _length), _block, cancellationToken).ConfigureAwait(false);

    /// <summary>A refused record stays in its segment: no row names it, and the segment goes with its round.</summary>
    public void Discard()
    {
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
