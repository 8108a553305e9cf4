using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Proofs.Merkle;

namespace FedLearn.Coordinator.Storage.Log;

/// <summary>The entries that a transaction adds to the log.</summary>
/// <param name="frontier">The log before it.</param>
internal sealed class LogBatch(MerkleFrontier frontier)
{
    private readonly List<LogRow> _rows = [];

    /// <summary>The log with these entries.</summary>
    public MerkleFrontier Frontier { get; private set; } = frontier;

    /// <summary>The rows to be inserted, in order.</summary>
    public IReadOnlyList<LogRow> Rows => _rows;

    /// <summary>Whether a head is to be signed and kept with the transaction.</summary>
    public bool WantsHead { get; set; }

    /// <summary>Adds an entry.</summary>
    public void Add(byte[] entry)
    {
        var number = Frontier.Size;
        Frontier = Frontier.Append(MerkleHash.Leaf(entry));
        _rows.Add(new LogRow { Number = number, Entry = entry, Node = Frontier.Newest.ToArray() });
    }
}
