using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Merkle;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace FedLearn.Client.Provenance;

/// <summary>
/// Holds a coordinator to its log: each receipt must stand in it, and each head must go on from the one that was known before, which lies in
/// <c>receipts/head.json</c> of the state folder. What does not hold is never kept.
/// </summary>
/// <param name="federation">The coordinator's calls, as the participant whose the receipts are.</param>
/// <param name="stateFolder">The worker's state folder.</param>
/// <param name="keys">The keys that may sign a head.</param>
public sealed class LogWitness(Federation.FederationClient federation, string stateFolder, IReadOnlyList<StatementKey> keys)
{
    private SignedHead? _known = File.Exists(FileOf(stateFolder)) ? SignedHead.FromJson(File.ReadAllText(FileOf(stateFolder))) : null;

    /// <summary>How many entries the newest known head counts; 0 where none is known.</summary>
    public long Size => _known is null ? 0 : HeadStatement.Read(_known.Statement)?.Size ?? 0;

    /// <summary>Asks for the proof that a receipt stands in the log, and verifies it.</summary>
    /// <returns>What does not hold; null where all does.</returns>
    public async Task<string?> FindMistakeAsync(KeptReceipt kept, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var before = _known is null ? (HeadStatement?)null : HeadStatement.Read(_known.Statement);
        GetReceiptProofReply reply;
        try
        {
            var request = new GetReceiptProofRequest { RunId = kept.Receipt!.RunId, Round = kept.Receipt.Round, FromSize = before?.Size ?? 0 };
            reply = await federation.GetReceiptProofAsync(request, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            return $"the coordinator has no proof of it: {e.Status.Detail}";
        }

        var head = new SignedHead(reply.Head.Statement.ToByteArray(), reply.Head.Signature.ToByteArray(), reply.Head.PublicKey.ToByteArray());
        if (!keys.Any(k => k.PublicKey.AsSpan().SequenceEqual(head.PublicKey)) || head.Verify() is not { } now)
        {
            return "the head of the log is not signed by a key that this participant knows";
        }

        if (ToPath(reply.Path) is not { } path || !MerkleProof.IsIncluded(MerkleHash.Leaf(kept.ToLogEntry()), reply.Number, now.Size, path, now.Root))
        {
            return $"the log of {now.Size} entries does not tell of it";
        }

        if (before is { } known && (ToPath(reply.Consistency) is not { } consistency || !MerkleProof.IsConsistent(known.Size, known.Root, now.Size, now.Root, consistency)))
        {
            return $"the log of {now.Size} entries does not go on from the one of {known.Size} that was known: it was rewritten";
        }

        _known = head;
        return null;
    }

    /// <summary>Keeps the newest head for the next time.</summary>
    public void Keep()
    {
        if (_known is not null)
        {
            Vault.Files.DurableFile.Replace(FileOf(stateFolder), System.Text.Encoding.UTF8.GetBytes(_known.ToJson() + "\n"));
        }
    }

    private static string FileOf(string stateFolder) => Path.Combine(KeptReceipts.FolderOf(stateFolder), "head.json");

    private static List<Sha256Value>? ToPath(RepeatedField<ByteString> hashes) =>
        hashes.All(h => h.Length == Sha256Value.Size) ? [.. hashes.Select(h => new Sha256Value(h.Span))] : null;
}
