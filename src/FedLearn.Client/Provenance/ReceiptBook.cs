using FedLearn.Client.Vault.Files;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Text = System.Text.Encoding;

namespace FedLearn.Client.Provenance;

/// <summary>
/// Verifies receipts and keeps them: a file for each run, <c>receipts/RUN.jsonl</c> in the state folder, a line for each receipt (the protocol's message
/// as JSON), only ever added to. Not sealed: they hold no data, and are to be shown to others, as is the key beside them.
/// </summary>
/// <param name="stateFolder">The worker's state folder.</param>
/// <param name="clientId">The client's id.</param>
/// <param name="key">The coordinator's key.</param>
internal sealed class ReceiptBook(string stateFolder, string clientId, CoordinatorKey key)
{
    private readonly Lock _gate = new();

    private string Folder => KeptReceipts.FolderOf(stateFolder);

    /// <summary>Makes a receipt durable here, after a look whether it is one.</summary>
    /// <param name="receipt">What the coordinator returned.</param>
    /// <param name="header">The update that was sent.</param>
    /// <exception cref="InvalidDataException">It is not signed by the coordinator's key, or for something else: the update does not count as delivered.</exception>
    public void Take(Receipt receipt, UpdateHeader header)
    {
        if ((receipt.RunId, receipt.Round, receipt.ClientId) != (header.RunId, header.Round, clientId))
        {
            throw new InvalidDataException($"the receipt is for {receipt.ClientId} in round {receipt.Round} of run {receipt.RunId}; expected {clientId}, round {header.Round}, run {header.RunId}");
        }

        if (key.Key is { } known && !KeptReceipt.IsSigned(receipt, known))
        {
            throw new InvalidDataException($"the receipt of round {receipt.Round} is not signed by the coordinator's key {known.Id}; the update is kept, and does not count as delivered");
        }

        lock (_gate)
        {
            Append(receipt);
        }
    }

    private void Append(Receipt receipt)
    {
        if (!Directory.Exists(Folder))
        {
            DurableFile.CreateFolder(Folder);
        }

        if (key.Key is { } known && !File.Exists(KeyFile(known)))
        {
            DurableFile.Replace(KeyFile(known), known.PublicKey);
        }

        var path = Path.Combine(Folder, $"{NameOf(receipt.RunId)}.jsonl");
        if (!File.Exists(path))
        {
            DurableFile.CreateNew(path, []);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        file.Seek(-Math.Min(1, file.Length), SeekOrigin.End);
        // A line that a power cut left unfinished stays a line of its own.
        var cut = file.ReadByte() is not (-1 or '\n');
        file.Write(Text.UTF8.GetBytes($"{(cut ? "\n" : "")}{JsonFormatter.Default.Format(receipt)}\n"));
        file.Flush(flushToDisk: true);
    }

    private string KeyFile(StatementKey known) => Path.Combine(Folder, $"{known.Id[..16]}.key.der");

    /// <summary>A coordinator's run ids are names of files already; of another one nothing leads out of the folder.</summary>
    private static string NameOf(string runId) => runId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && runId.Length is > 0 and <= 150
        ? runId
        : $"hex.{Convert.ToHexStringLower(Text.UTF8.GetBytes(runId.Length <= 100 ? runId : runId[..100]))}";
}
