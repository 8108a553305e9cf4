using System.Buffers;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Client.Transport;

/// <summary>
/// The call GetModel with a reader of its own: a chunk's bytes go from the transport's buffer to their place in the vector, where the
/// generated reader would copy them to a fresh array first. The messages are those of the proto. One call at a time.
/// </summary>
internal sealed class ModelCall
{
    /// <summary>The tags of GetModelReply.chunk, Chunk.offset and Chunk.data.</summary>
    private const byte ChunkTag = (2 << 3) | 2, OffsetTag = 1 << 3, DataTag = (2 << 3) | 2;

    /// <summary>What the reader answers for a chunk that is in its place already.</summary>
    private static readonly GetModelReply s_taken = new();

    private readonly CoordinatorLink _link;
    private readonly Method<GetModelRequest, GetModelReply> _method;
    private IncomingVector? _vector;

    public ModelCall(CoordinatorLink link)
    {
        _link = link;
        // One instance for all calls: the channel keeps what it knows of a method for ever.
        _method = new Method<GetModelRequest, GetModelReply>(
            MethodType.ServerStreaming,
            Federation.Descriptor.FullName,
            nameof(Federation.FederationBase.GetModel),
            Marshallers.Create<GetModelRequest>((m, context) => Write(m, context), c => GetModelRequest.Parser.ParseFrom(c.PayloadAsReadOnlySequence())),
            Marshallers.Create<GetModelReply>((m, context) => Write(m, context), Read));
    }

    /// <summary>Asks for a version. A reply without content says that its chunk is in the vector; one with a chunk, that it does not fit there.</summary>
    public AsyncServerStreamingCall<GetModelReply> Start(GetModelRequest request, IncomingVector vector, CancellationToken cancellationToken)
    {
        _vector = vector;
        return _link.Calls.AsyncServerStreamingCall(_method, null, _link.StreamCall(cancellationToken), request);
    }

    private static void Write(IMessage message, SerializationContext context)
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private GetModelReply Read(DeserializationContext context)
    {
        var payload = context.PayloadAsReadOnlySequence();
        return TryReadChunk(payload, out var offset, out var data) && _vector!.TryTake(offset, data) ? s_taken : GetModelReply.Parser.ParseFrom(payload);
    }

    /// <summary>Reads a message that is one chunk, written in the usual order; every other one is for the generated reader.</summary>
    private static bool TryReadChunk(in ReadOnlySequence<byte> payload, out long offset, out ReadOnlySequence<byte> data)
    {
        (offset, data) = (0, default);
        var reader = new SequenceReader<byte>(payload);
        if (!reader.IsNext(ChunkTag, advancePast: true) || !TryReadVarint(ref reader, out var chunk) || chunk != reader.Remaining)
        {
            return false;
        }

        if (reader.IsNext(OffsetTag, advancePast: true) && !TryReadVarint(ref reader, out offset))
        {
            return false;
        }

        if (!reader.IsNext(DataTag, advancePast: true) || !TryReadVarint(ref reader, out var length) || length != reader.Remaining)
        {
            return false;
        }

        data = reader.UnreadSequence;
        return true;
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out long value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && reader.TryRead(out var part); shift += 7)
        {
            value |= (long)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
