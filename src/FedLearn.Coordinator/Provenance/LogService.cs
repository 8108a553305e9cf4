using FedLearn.Coordinator.Storage.Log;
using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Provenance;

/// <summary>The operators' calls about the log.</summary>
internal sealed class LogService(LogBook book, LogReader reader) : Log.LogBase
{
    /// <summary>Entries of a message: 2 MiB at most.</summary>
    private const int EntriesAtOnce = 512;

    public override Task<GetHeadReply> GetHead(GetHeadRequest request, ServerCallContext context) =>
        Task.FromResult(new GetHeadReply { Head = ToWire(book.SignHead()) });

    public override async Task GetEntries(GetEntriesRequest request, IServerStreamWriter<GetEntriesReply> responseStream, ServerCallContext context)
    {
        if (request.First < 0 || request.Count < 0)
        {
            throw Problem.Invalid($"first, count: expected at least 0, got {request.First}, {request.Count}").ToException();
        }

        var size = reader.Size();
        var end = request.Count == 0 || request.Count > size - request.First ? size : request.First + request.Count;
        for (var at = request.First; at < end;)
        {
            var reply = new GetEntriesReply { First = at };
            reply.Entries.AddRange(reader.Entries(at, (int)Math.Min(EntriesAtOnce, end - at)).Select(e => UnsafeByteOperations.UnsafeWrap(e)));
            await responseStream.WriteAsync(reply, context.CancellationToken);
            at += reply.Entries.Count;
        }
    }

    public override Task<GetInclusionProofReply> GetInclusionProof(GetInclusionProofRequest request, ServerCallContext context)
    {
        var entries = reader.Size();
        if (request.Number < 0 || request.Number >= request.Size || request.Size > entries)
        {
            throw Problem.Invalid($"number, size: expected 0 <= number < size <= {entries}, got {request.Number}, {request.Size}").ToException();
        }

        var reply = new GetInclusionProofReply();
        reply.Path.AddRange(ToWire(reader.Inclusion(request.Number, request.Size)));
        return Task.FromResult(reply);
    }

    public override Task<GetConsistencyProofReply> GetConsistencyProof(GetConsistencyProofRequest request, ServerCallContext context)
    {
        var entries = reader.Size();
        if (request.FromSize < 1 || request.FromSize > request.Size || request.Size > entries)
        {
            throw Problem.Invalid($"from_size, size: expected 1 <= from_size <= size <= {entries}, got {request.FromSize}, {request.Size}").ToException();
        }

        var reply = new GetConsistencyProofReply();
        reply.Path.AddRange(ToWire(reader.Consistency(request.FromSize, request.Size)));
        return Task.FromResult(reply);
    }

    /// <summary>A head as a message.</summary>
    public static LogHead ToWire(SignedHead head) => new()
    {
        Statement = UnsafeByteOperations.UnsafeWrap(head.Statement),
        Signature = UnsafeByteOperations.UnsafeWrap(head.Signature),
        PublicKey = UnsafeByteOperations.UnsafeWrap(head.PublicKey),
    };

    /// <summary>A proof's hashes as bytes.</summary>
    public static IEnumerable<ByteString> ToWire(IEnumerable<Sha256Value> path) => path.Select(h => UnsafeByteOperations.UnsafeWrap(h.ToArray()));
}
