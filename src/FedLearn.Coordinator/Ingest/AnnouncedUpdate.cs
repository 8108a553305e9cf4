using FedLearn.Coordinator.Rounds;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Coordinator.Ingest;

/// <summary>An update as its client announces it, before a byte of it is taken.</summary>
internal sealed record AnnouncedUpdate(string ClientId, UpdateHeader Header)
{
    public string RunId => Header.RunId;

    public int Round => Header.Round;

    /// <summary>The bytes to come, of all parts. What a header says that was not checked yet may be any number.</summary>
    public long ByteLength { get; } = Header.Parts.Aggregate(0L, (sum, part) => unchecked(sum + part.ByteLength));

    /// <summary>The digest that identifies the update, 32 bytes.</summary>
    public byte[] Digest { get; } = HeaderValidator.DigestOf(Header);

    /// <summary>Whether this is the very update that was accepted.</summary>
    public bool IsSameAs(SealedUpdate accepted) =>
        accepted.Digest.AsSpan().SequenceEqual(Digest) && accepted.NumExamples == Header.NumExamples;

    /// <summary>The proof of an accepted update.</summary>
    public static Receipt ToReceipt(SealedUpdate update)
    {
        var receipt = Unsigned(update);
        if (update.Signature is { } signature)
        {
            (receipt.BatchIndex, receipt.BatchSize, receipt.Signature) = (signature.Index, signature.Size, UnsafeByteOperations.UnsafeWrap(signature.Signature));
            receipt.BatchPath.AddRange(signature.Path.Select(h => UnsafeByteOperations.UnsafeWrap(h.ToArray())));
        }

        return receipt;
    }

    private static Receipt Unsigned(SealedUpdate update) => new()
    {
        RunId = update.RunId,
        Round = update.Round,
        ClientId = update.ClientId,
        Digest = ByteString.CopyFrom(update.Digest),
        NumExamples = update.NumExamples,
        AcceptedUnixMs = update.AcceptedAt.ToUnixTimeMilliseconds(),
    };
}
