using System.Text.Json;

namespace FedLearn.Core.Proofs.Statements;

/// <summary>What a receipt says, in the words that the coordinator signs: this update is verified, durable, and counted in this round.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Round">The round.</param>
/// <param name="ClientId">The client.</param>
/// <param name="Digest">The update's digest.</param>
/// <param name="NumExamples">Its weight.</param>
/// <param name="AcceptedUnixMs">When it was accepted, in milliseconds since 1970-01-01 UTC.</param>
public readonly record struct ReceiptStatement(string RunId, int Round, string ClientId, ReadOnlyMemory<byte> Digest, long NumExamples, long AcceptedUnixMs)
{
    /// <summary>The first line of the signed bytes.</summary>
    public const string Domain = "fedlearn/receipt/1";

    /// <summary>The kind of the log's entry.</summary>
    public const string LogKind = "updateAccepted";

    /// <summary>The bytes that are signed.</summary>
    public byte[] ToBytes()
    {
        var receipt = this;
        return StatementBytes.Write(Domain, json =>
        {
            json.WriteNumber("acceptedUnixMs", receipt.AcceptedUnixMs);
            receipt.WriteUpdate(json);
            receipt.WriteRound(json);
        });
    }

    /// <summary>The log's entry of the same update: who holds the receipt can find it there.</summary>
    public byte[] ToLogEntry()
    {
        var receipt = this;
        return StatementBytes.Write(domain: null, json =>
        {
            json.WriteNumber("at", receipt.AcceptedUnixMs);
            receipt.WriteUpdate(json);
            json.WriteString("kind", LogKind);
            receipt.WriteRound(json);
        });
    }

    private void WriteUpdate(Utf8JsonWriter json)
    {
        json.WriteString("client", ClientId);
        json.WriteString("digest", Convert.ToHexStringLower(Digest.Span));
        json.WriteNumber("examples", NumExamples);
    }

    private void WriteRound(Utf8JsonWriter json)
    {
        json.WriteNumber("round", Round);
        json.WriteString("run", RunId);
    }
}
