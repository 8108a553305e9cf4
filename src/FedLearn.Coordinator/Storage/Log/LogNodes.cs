using FedLearn.Core.Proofs;
using FedLearn.Core.Proofs.Merkle;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage.Log;

/// <summary>The log's Merkle tree as its rows have it.</summary>
internal sealed class LogNodes(CoordinatorDb db) : IMerkleNodes
{
    public Sha256Value Leaf(long index) => MerkleHash.Leaf(Find(index).Entry);

    public Sha256Value Largest(long index) => new(Find(index).Node);

    private Rows.LogRow Find(long index) => db.Log.AsNoTracking().FirstOrDefault(r => r.Number == index)
        ?? throw new StoredDataException($"the log has no entry {index}. Stop the coordinator and restore a backup");
}
