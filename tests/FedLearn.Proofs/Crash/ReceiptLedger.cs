using System.Collections.Concurrent;

namespace FedLearn.Proofs.Crash;

/// <summary>A coordinator's promise, as a client got it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Round">The round.</param>
/// <param name="ClientId">The client.</param>
/// <param name="Digest">The update's digest, lower-case hex.</param>
/// <param name="NumExamples">Its weight.</param>
internal sealed record Promise(string RunId, int Round, string ClientId, string Digest, long NumExamples);

/// <summary>Every receipt that any client got. Safe for several threads.</summary>
internal sealed class ReceiptLedger
{
    private readonly ConcurrentDictionary<Promise, int> _promises = new();
    private readonly EventLog _log = new();

    /// <summary>What was promised, each once.</summary>
    public IReadOnlyList<Promise> All => [.. _promises.Keys];

    public void Add(Promise promise)
    {
        if (_promises.TryAdd(promise, 1))
        {
            _log.Add(new LogEvent(promise.Round, $"{promise.RunId} {promise.ClientId}"));
        }
    }

    /// <summary>Waits until there are more than so many.</summary>
    public Task MoreThanAsync(int count) => _log.WhenAsync(_ => All.Count > count, $"receipt {count + 1}", seconds: 120);

    /// <summary>Waits until a client has so many receipts for a round, one for each run.</summary>
    public Task WhenAsync(int round, string clientId, int count) =>
        _log.WhenAsync(_ => All.Count(p => p.Round == round && p.ClientId == clientId) >= count, $"{count} receipts of {clientId} for round {round}");

    public void Add(Protocol.V1.Receipt receipt) =>
        Add(new Promise(receipt.RunId, receipt.Round, receipt.ClientId, Convert.ToHexStringLower(receipt.Digest.Span), receipt.NumExamples));
}
