using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Storage.Log;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Proofs.Statements;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

/// <summary>Clients in SQLite.</summary>
internal sealed class ClientStore(IDbContextFactory<CoordinatorDb> factory, LogBook log) : IClientStore
{
    public RegisteredClient? Find(string id)
    {
        using var db = factory.CreateDbContext();
        return FromRow(db.Clients.Find(id));
    }

    public RegisteredClient? FindByTokenHash(byte[] hash)
    {
        using var db = factory.CreateDbContext();
        return FromRow(db.Clients.AsNoTracking().SingleOrDefault(c => c.TokenHash == hash));
    }

    public IReadOnlyList<RegisteredClient> All()
    {
        using var db = factory.CreateDbContext();
        return [.. db.Clients.AsNoTracking().OrderBy(c => c.Id).AsEnumerable().Select(c => FromRow(c)!)];
    }

    public void Save(RegisteredClient client) => log.Commit((db, batch) =>
    {
        var row = db.Clients.Find(client.Id);
        if (row is null)
        {
            row = new ClientRow { Id = client.Id, TokenHash = client.TokenHash };
            db.Add(row);
            batch.Add(LogEntry.ClientRegistered(client.JoinedUnixMs, client.Id));
        }

        (row.TokenHash, row.TokenUsed, row.Software, row.JoinedUnixMs) = (client.TokenHash, client.TokenUsed, client.Software, client.JoinedUnixMs);
        db.SaveChanges();
    });

    private static RegisteredClient? FromRow(ClientRow? row) =>
        row is null ? null : new RegisteredClient(row.Id, row.TokenHash, row.TokenUsed, row.Software, row.JoinedUnixMs);
}
