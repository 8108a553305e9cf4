using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace FedLearn.Coordinator.Ingest.Roads;

/// <summary>An upload's bytes from the body of an HTTP request: they are used where the connection received them.</summary>
internal sealed class PipeBody(PipeReader reader) : IUploadBody
{
    private SequencePosition? _used;

    public long Memory(long byteLength) => MemoryFor(byteLength);

    /// <summary>What the connection may hold before it is read.</summary>
    public static long MemoryFor(long byteLength) => Math.Min(byteLength, Listeners.RequestBuffer);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<UploadPiece> NextAsync(CancellationToken cancellationToken)
    {
        Dispose();
        var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        _used = read.Buffer.End;
        return read.Buffer.IsEmpty && read.IsCompleted ? UploadPiece.End : new UploadPiece(read.Buffer);
    }

    public void Dispose()
    {
        if (_used is { } used)
        {
            reader.AdvanceTo(used);
            _used = null;
        }
    }
}
