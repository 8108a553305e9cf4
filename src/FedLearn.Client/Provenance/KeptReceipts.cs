using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Client.Provenance;

/// <summary>A line of a participant's receipts.</summary>
/// <param name="Place">Its file and line, for a message.</param>
/// <param name="Receipt">The receipt; null where the line is none, as one that a power cut left unfinished.</param>
/// <param name="KeyId">The id of the key that has signed it; null where none of the known ones has.</param>
public sealed record KeptReceipt(string Place, Receipt? Receipt, string? KeyId)
{
    /// <summary>What the log's entry about it says.</summary>
    public byte[] ToLogEntry() => StatementOf(Receipt!).ToLogEntry();

    internal static bool IsSigned(Receipt receipt, StatementKey key) =>
        receipt.BatchPath.All(h => h.Length == Sha256Value.Size)
        && new ReceiptSignature(receipt.BatchIndex, receipt.BatchSize, [.. receipt.BatchPath.Select(h => new Sha256Value(h.Span))], receipt.Signature.ToByteArray()).IsOf(StatementOf(receipt), key);

    private static ReceiptStatement StatementOf(Receipt receipt) =>
        new(receipt.RunId, receipt.Round, receipt.ClientId, receipt.Digest.Memory, receipt.NumExamples, receipt.AcceptedUnixMs);
}

/// <summary>The receipts that a worker has kept in its state folder, for whoever looks at them later; none of it needs the coordinator.</summary>
public static class KeptReceipts
{
    /// <summary>The folder of receipts in a state folder.</summary>
    public static string FolderOf(string stateFolder) => Path.Combine(stateFolder, "receipts");

    /// <summary>The coordinator's keys that lie beside the receipts.</summary>
    public static IReadOnlyList<StatementKey> Keys(string stateFolder) =>
        Directory.Exists(FolderOf(stateFolder))
            ? [.. Directory.EnumerateFiles(FolderOf(stateFolder), "*.key.der").Order(StringComparer.Ordinal).Select(f => StatementKey.TryRead(File.ReadAllBytes(f))).OfType<StatementKey>()]
            : [];

    /// <summary>All receipts, by run in the order in which they came, each verified against the keys.</summary>
    public static IEnumerable<KeptReceipt> Read(string stateFolder, IReadOnlyList<StatementKey> keys)
    {
        if (!Directory.Exists(FolderOf(stateFolder)))
        {
            yield break;
        }

        foreach (var file in Directory.EnumerateFiles(FolderOf(stateFolder), "*.jsonl").Order(StringComparer.Ordinal))
        {
            var line = 0;
            foreach (var text in File.ReadLines(file))
            {
                line++;
                if (text.Length > 0)
                {
                    var receipt = Parse(text);
                    yield return new($"{Path.GetFileName(file)}:{line}", receipt, receipt is null ? null : keys.FirstOrDefault(k => KeptReceipt.IsSigned(receipt, k))?.Id);
                }
            }
        }
    }

    private static Receipt? Parse(string line)
    {
        try
        {
            return JsonParser.Default.Parse<Receipt>(line);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or FormatException)
        {
            return null;
        }
    }
}
