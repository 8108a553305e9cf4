using System.Buffers;
using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Ingest.Frames;
using FedLearn.Coordinator.Ingest.Roads;
using FedLearn.Coordinator.Operations.Limits;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace FedLearn.Proofs.Fuzz.Targets;

/// <summary>What a peer sends: messages, the framing of chunks, headers of requests.</summary>
internal static class WireTargets
{
    private static readonly UpdateHeader s_header = new()
    {
        RunId = "run-1",
        Round = 3,
        BaseVersion = 2,
        BaseDigest = ByteString.CopyFrom(new byte[32]),
        ManifestHash = new string('a', 64),
        NumExamples = 100,
        Steps = 7,
        Metrics = { ["loss"] = 0.5 },
        Parts = { new UpdatePart { Name = "delta", Encoding = Protocol.V1.Encoding.F32, ByteLength = 12, Digest = ByteString.CopyFrom(new byte[32]) } },
    };

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("update-frame", [.. Frames().Select(f => f.ToByteArray())], ReadFrame),
        new("join", [new JoinRequest { ClientId = "a", ProtocolVersion = 1, Software = "s" }.ToByteArray()], bytes => Outcome.Catching<InvalidProtocolBufferException>(() => JoinRequest.Parser.ParseFrom(bytes))),
        new("answer", [Answer().ToByteArray()], ReadAnswer),
        new("ranges", [.. new[] { "bytes=0-", "bytes=5-9", "bytes 10-19/20" }.Select(System.Text.Encoding.Latin1.GetBytes)], ReadRange),
        new("grpc-timeout", ["5S"u8.ToArray(), "200m"u8.ToArray()], bytes => CallGuard.SecondsOf(System.Text.Encoding.Latin1.GetString(bytes)) is null ? "none" : Outcome.Taken),
    ];

    private static PushUpdateRequest[] Frames() =>
    [
        new() { Header = s_header },
        new() { Resume = new Upload { UploadId = "u", Offset = 5 } },
        new() { Chunk = new Chunk { Offset = 300, Data = ByteString.CopyFrom(1, 2, 3, 4) } },
        new() { Chunk = new Chunk { Data = ByteString.CopyFrom(1, 2, 3, 4) } },
    ];

    private static AnswerRunRequest Answer() => new() { RunId = "run-1", DataVersion = "v1", NumExamples = 5, DeclineReason = "no" };

    /// <summary>The reader of chunks beside the generated parser: what both understand they must understand alike.</summary>
    private static string ReadFrame(byte[] bytes)
    {
        var (ours, theirs) = ((UpdateFrame?)null, (PushUpdateRequest?)null);
        try
        {
            ours = UpdateFrame.Parse(Cut(bytes));
        }
        catch (InvalidProtocolBufferException)
        {
        }

        try
        {
            theirs = PushUpdateRequest.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
        }

        using (ours)
        {
            Require(ours is null == theirs is null && (ours is null || Same(ours, theirs!)), "the frame reader and the generated parser differ");
            return ours is null ? "refused" : $"{ours.Content} {HeaderOutcome(ours.Header)}";
        }
    }

    private static bool Same(UpdateFrame ours, PushUpdateRequest theirs) => ours.Content == theirs.ContentCase
        && Equals(ours.Header, theirs.Header) && Equals(ours.Resume, theirs.Resume)
        && (theirs.Chunk is not { } chunk || (ours.Offset == chunk.Offset && ours.Bytes.Span.SequenceEqual(chunk.Data.Span)));

    private static string HeaderOutcome(UpdateHeader? header) => header is null ? "" : HeaderValidator.CheckMetrics(header.Metrics)?.Text is { } text ? Outcome.Of(text) : "";

    private static string ReadAnswer(byte[] bytes)
    {
        var outcome = "";
        return Outcome.Catching<InvalidProtocolBufferException>(() =>
            outcome = Outcome.Of(DataReports.Read(AnswerRunRequest.Parser.ParseFrom(bytes), maxExamples: 1000).Problem?.Text ?? "")) + outcome;
    }

    private static string ReadRange(byte[] bytes)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Range = http.Request.Headers.ContentRange = System.Text.Encoding.Latin1.GetString(bytes);
        http.Request.ContentLength = 10;
        var (first, end, _, problem) = ByteRanges.OfModel(http.Request, 20);
        Require(problem is not null || (first >= 0 && first <= end && end <= 20), $"a range of 20 bytes is {first} to {end}");
        var (from, refused) = ByteRanges.OfUpload(http.Request, 20);
        Require(refused is not null || from is >= 0 and <= 20, $"an upload of 20 bytes goes on at {from}");
        return $"{Outcome.Of(problem?.Text ?? Outcome.Taken)} | {Outcome.Of(refused?.Text ?? Outcome.Taken)}";
    }

    /// <summary>The same bytes in pieces, as they come from a connection.</summary>
    private static ReadOnlySequence<byte> Cut(byte[] bytes)
    {
        var middle = bytes.Length / 2;
        var first = new Piece(bytes.AsMemory(0, middle), 0);
        var last = first.Append(bytes.AsMemory(middle));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long at) => (Memory, RunningIndex) = (memory, at);

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
