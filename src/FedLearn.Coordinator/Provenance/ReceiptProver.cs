using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Log;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Provenance;

/// <summary>Proves to a participant that the log tells of its update.</summary>
internal sealed class ReceiptProver(IRunStore store, LogBook book, LogReader reader)
{
    /// <exception cref="Grpc.Core.RpcException">There is no such receipt or entry, or no log of that size.</exception>
    public GetReceiptProofReply Prove(string clientId, GetReceiptProofRequest request)
    {
        var update = store.FindUpdate(request.RunId, request.Round, clientId)
            ?? throw Problem.NotFound($"no update of this client was accepted in round {request.Round} of run '{request.RunId}'").ToException();
        var number = reader.FindAccepted(update.Statement.ToLogEntry(), update.Digest)
            ?? throw Problem.NotFound($"the update of round {request.Round} was accepted before the log was begun").ToException();
        var head = book.SignHead();
        var size = HeadStatement.Read(head.Statement)!.Value.Size;
        if (request.FromSize < 0 || request.FromSize > size)
        {
            throw Problem.Invalid($"from_size: expected 0 to {size}, the entries of the log, got {request.FromSize}").ToException();
        }

        var reply = new GetReceiptProofReply { Head = LogService.ToWire(head), Number = number };
        reply.Path.AddRange(LogService.ToWire(reader.Inclusion(number, size)));
        if (request.FromSize > 0)
        {
            reply.Consistency.AddRange(LogService.ToWire(reader.Consistency(request.FromSize, size)));
        }

        return reply;
    }
}
