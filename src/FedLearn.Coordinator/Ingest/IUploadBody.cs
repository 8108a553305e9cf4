using System.Buffers;
using FedLearn.Protocol;

namespace FedLearn.Coordinator.Ingest;

/// <summary>What came next of an upload.</summary>
/// <param name="Bytes">The bytes; valid until the next piece is asked for.</param>
/// <param name="IsEnd">Nothing more comes.</param>
/// <param name="Problem">What the sender did wrong.</param>
internal readonly record struct UploadPiece(ReadOnlySequence<byte> Bytes, bool IsEnd = false, Problem? Problem = null)
{
    public static UploadPiece End => new(default, IsEnd: true);

    public static UploadPiece Wrong(Problem problem) => new(default, Problem: problem);
}

/// <summary>The bytes of one upload, in order, by whichever road they come. Disposing gives back what the last piece lay in.</summary>
internal interface IUploadBody : IDisposable
{
    /// <summary>The bytes of memory that an upload of this length holds at most on this road, in windows and buffers.</summary>
    long Memory(long byteLength);

    /// <summary>Waits for the next bytes, and lets go of the ones before.</summary>
    ValueTask<UploadPiece> NextAsync(CancellationToken cancellationToken);
}
