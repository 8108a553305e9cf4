using System.Buffers;
using CsCheck;
using FedLearn.Coordinator.Ingest.Frames;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Coordinator.Tests.Ingest.Frames;

/// <summary>The server's own reader and writer of vectors' messages are the generated ones on the wire.</summary>
public class UpdateFrameTests
{
    private static readonly Gen<long> Offsets = Gen.OneOf(Gen.Const(0L), Gen.Long, Gen.Long[0, 1L << 40]);

    private static readonly Gen<PushUpdateRequest> Messages = Gen.OneOf(
        Gen.Select(Offsets, Gen.Byte.Array[0, 600], (offset, data) => new PushUpdateRequest { Chunk = new Chunk { Offset = offset, Data = ByteString.CopyFrom(data) } }),
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 20], Gen.Long, (run, n) => new PushUpdateRequest { Header = new UpdateHeader { RunId = run, NumExamples = n } }),
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 20], Offsets, (id, at) => new PushUpdateRequest { Resume = new Upload { UploadId = id, Offset = at } }),
        Gen.Const(new PushUpdateRequest()));

    // What a newer peer, or one that writes fields in another order or twice, may put around or into a message.
    private static readonly Gen<byte[]> Strange = Gen.OneOf(
        Gen.Const<byte[]>([]),
        Gen.Const<byte[]>([0x78, 0x05]),
        Gen.Const<byte[]>([0x7A, 0x02, 1, 2]),
        Gen.Const<byte[]>([0x1A, 0x00]),
        Gen.Const<byte[]>([0x1A, 0x02, 0x08, 0x07]),
        Gen.Const<byte[]>([0x1A, 0x07, 0x12, 0x01, 9, 0x08, 0x03, 0x78, 0x00]),
        Gen.Const<byte[]>([0x12, 0x02, 0x10, 0x04]));

    [Fact]
    public void Parse_AnyMessageHoweverCut_IsWhatTheGeneratedParserReads() =>
        Gen.Select(Messages, Strange, Strange, Gen.Int[1, 50]).Sample((message, before, after, piece) =>
        {
            byte[] bytes = [.. before, .. message.ToByteArray(), .. after];
            AssertSame(bytes, piece);
        });

    [Fact]
    public void Parse_BytesThatAreNoMessage_FailsAsTheGeneratedParserDoes() =>
        Gen.Select(Messages, Gen.Byte.Array[0, 8], Gen.Int[1, 20], Gen.Int[0, 700]).Sample((message, noise, piece, cut) =>
        {
            byte[] bytes = [.. message.ToByteArray(), .. noise];
            AssertSame(bytes[..Math.Min(cut, bytes.Length)], piece);
        });

    [Fact]
    public void Parse_Chunks_AllocatesAlmostNothing()
    {
        var message = new PushUpdateRequest { Chunk = new Chunk { Offset = 1 << 20, Data = ByteString.CopyFrom(new byte[1 << 20]) } }.ToByteArray();
        var sequence = Cut(message, 64 << 10);
        UpdateFrame.Parse(sequence).Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            UpdateFrame.Parse(sequence).Dispose();
        }

        // A gigabyte: the gate of 10 MB for all of the server is far above.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
    }

    private static void AssertSame(byte[] bytes, int piece)
    {
        PushUpdateRequest expected;
        try
        {
            expected = PushUpdateRequest.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            Assert.Throws<InvalidProtocolBufferException>(() => UpdateFrame.Parse(Cut(bytes, piece)));
            return;
        }

        using var frame = UpdateFrame.Parse(Cut(bytes, piece));
        Assert.Equal(expected.ContentCase, frame.Content);
        Assert.Equal(expected.Header, frame.Header);
        Assert.Equal(expected.Resume, frame.Resume);
        if (expected.Chunk is { } chunk)
        {
            Assert.Equal(chunk.Offset, frame.Offset);
            Assert.Equal(chunk.Data.ToByteArray(), frame.Bytes.ToArray());
        }
    }

    /// <summary>The bytes as a connection's buffers hold them: in pieces of a length.</summary>
    private static ReadOnlySequence<byte> Cut(byte[] bytes, int piece)
    {
        if (bytes.Length == 0)
        {
            return ReadOnlySequence<byte>.Empty;
        }

        var first = new Segment(bytes.AsMemory(0, Math.Min(piece, bytes.Length)), 0);
        var last = first;
        for (var at = piece; at < bytes.Length; at += piece)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long at) => (Memory, RunningIndex) = (memory, at);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
