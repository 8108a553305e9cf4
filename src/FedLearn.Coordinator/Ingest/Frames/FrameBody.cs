using System.Buffers;
using System.Runtime.CompilerServices;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Ingest.Frames;

/// <summary>An upload's bytes from the chunks of a PushUpdate stream.</summary>
/// <param name="stream">The stream, whose header or resume has been read.</param>
/// <param name="offset">The first byte's place in the upload.</param>
internal sealed class FrameBody(IAsyncStreamReader<UpdateFrame> stream, long offset) : IUploadBody
{
    /// <summary>The most bytes a chunk may carry.</summary>
    public const int MaxChunk = 1 << 20;

    private UpdateFrame? _last;
    private long _at = offset;

    public long Memory(long byteLength) => MemoryFor(byteLength);

    /// <summary>The stream's window, and the chunk in hand.</summary>
    public static long MemoryFor(long byteLength) => Math.Min(byteLength, Listeners.StreamWindow) + Math.Min(byteLength, MaxChunk);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<UploadPiece> NextAsync(CancellationToken cancellationToken)
    {
        Dispose();
        if (!await stream.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            return UploadPiece.End;
        }

        var frame = _last = stream.Current;
        if (frame.Content != PushUpdateRequest.ContentOneofCase.Chunk)
        {
            return UploadPiece.Wrong(Problem.Invalid($"expected a chunk, got {frame.Content}"));
        }

        if (frame.Offset != _at)
        {
            return UploadPiece.Wrong(Problem.Invalid($"chunk.offset: expected {_at}, got {frame.Offset}; chunks come in order, without gap or overlap"));
        }

        if (frame.Bytes.Length > MaxChunk)
        {
            return UploadPiece.Wrong(Problem.Invalid($"chunk.data: expected at most {MaxChunk} bytes, got {frame.Bytes.Length} at offset {_at}"));
        }

        _at += frame.Bytes.Length;
        return new UploadPiece(new ReadOnlySequence<byte>(frame.Bytes));
    }

    public void Dispose()
    {
        _last?.Dispose();
        _last = null;
    }
}
