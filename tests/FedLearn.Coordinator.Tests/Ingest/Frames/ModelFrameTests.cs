using System.Buffers;
using CsCheck;
using FedLearn.Coordinator.Ingest.Frames;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest.Frames;

public class ModelFrameTests
{
    [Fact]
    public void Write_AnyChunk_IsWhatTheGeneratedMessageIsOnTheWire() =>
        Gen.Select(Gen.OneOf(Gen.Const(0L), Gen.Long[0, long.MaxValue]), Gen.Byte.Array[1, 40_000]).Sample((offset, data) =>
        {
            var expected = new GetModelReply { Chunk = new Chunk { Offset = offset, Data = ByteString.CopyFrom(data) } };

            Assert.Equal(expected.ToByteArray(), Written(new ModelFrame { Offset = offset, Bytes = data }));
        });

    [Fact]
    public void Write_FirstMessage_IsTheGeneratedOne()
    {
        var first = new GetModelReply { Version = new ModelVersion { RunId = "a", Version = 3 }, Road = new Road { Url = "http://127.0.0.1:1/x" } };

        Assert.Equal(first, GetModelReply.Parser.ParseFrom(Written(new ModelFrame { First = first })));
    }

    private static byte[] Written(ModelFrame frame)
    {
        var context = new Context();
        ModelFrame.Write(frame, context);
        Assert.True(context.IsComplete);
        Assert.Equal(context.Length, context.Writer.WrittenCount);
        return context.Writer.WrittenSpan.ToArray();
    }

    private sealed class Context : SerializationContext
    {
        public ArrayBufferWriter<byte> Writer { get; } = new();

        public int Length { get; private set; }

        public bool IsComplete { get; private set; }

        public override void SetPayloadLength(int payloadLength) => Length = payloadLength;

        public override IBufferWriter<byte> GetBufferWriter() => Writer;

        public override void Complete() => IsComplete = true;
    }
}
