using System.Buffers;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Ingest.Frames;

/// <summary>
/// A message of a PushUpdate stream, as the server reads it: a chunk's bytes are copied once, from the connection's buffers into a pooled
/// one, which disposing gives back. The same on the wire as <see cref="PushUpdateRequest"/>.
/// </summary>
internal sealed class UpdateFrame : IDisposable
{
    private byte[]? _pooled;

    private UpdateFrame(PushUpdateRequest.ContentOneofCase content) => Content = content;

    /// <summary>What the message holds.</summary>
    public PushUpdateRequest.ContentOneofCase Content { get; }

    public UpdateHeader? Header { get; private init; }

    public Upload? Resume { get; private init; }

    /// <summary>Of a chunk: its first byte's place in the upload.</summary>
    public long Offset { get; private init; }

    /// <summary>Of a chunk: its bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    /// <summary>Reads a message.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">It is none.</exception>
    public static UpdateFrame Parse(in ReadOnlySequence<byte> message) =>
        ChunkReader.TryRead(message, out var offset, out var data) ? OfChunk(offset, data) : Of(PushUpdateRequest.Parser.ParseFrom(message));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pooled, null) is { } pooled)
        {
            ArrayPool<byte>.Shared.Return(pooled);
        }
    }

    private static UpdateFrame Of(PushUpdateRequest message) => message.ContentCase == PushUpdateRequest.ContentOneofCase.Chunk
        ? new(message.ContentCase) { Offset = message.Chunk.Offset, Bytes = message.Chunk.Data.Memory }
        : new(message.ContentCase) { Header = message.Header, Resume = message.Resume };

    private static UpdateFrame OfChunk(long offset, in ReadOnlySequence<byte> data)
    {
        var length = (int)data.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        data.CopyTo(buffer);
        return new(PushUpdateRequest.ContentOneofCase.Chunk) { _pooled = buffer, Offset = offset, Bytes = buffer.AsMemory(0, length) };
    }
}
