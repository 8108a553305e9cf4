using FedLearn.Coordinator.Storage.Updates;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>An upload on its way to its place on disk. Not thread safe.</summary>
internal interface IUpload : IDisposable
{
    /// <summary>The bytes taken so far, of all parts, of this connection and of earlier ones.</summary>
    long Length { get; }

    /// <summary>What is wrong with the bytes so far, for the client, or null; at the latest <see cref="Finish"/> tells.</summary>
    string? Mistake { get; }

    /// <summary>Takes the next bytes.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Takes no more bytes, and says what those of each part are.</summary>
    IReadOnlyList<WholePart> Finish();

    /// <summary>Makes the finished upload durable in its place. Null where its round is over and its folder gone.</summary>
    ValueTask<SegmentPlace?> SealAsync(CancellationToken cancellationToken);

    /// <summary>Deletes a refused upload.</summary>
    void Discard();
}
