using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Storage.Log;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Proofs.Statements;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

/// <summary>Tokens of operators and viewers in SQLite; every change stands in the log too.</summary>
internal sealed class ApiTokenStore(IDbContextFactory<CoordinatorDb> factory, LogBook log) : IApiTokenStore
{
    public IReadOnlyList<StoredToken> All()
    {
        using var db = factory.CreateDbContext();
        return [.. db.ApiTokens.AsNoTracking().OrderBy(r => r.Name).AsEnumerable().Select(FromRow)];
    }

    public void Add(StoredToken token) => log.Commit((db, batch) =>
    {
        db.Add(new ApiTokenRow
        {
            Name = token.Name,
            TokenHash = token.TokenHash,
            IsOperator = token.Scopes == Scope.Operator,
            Scopes = IsRole(token) ? null : string.Join(' ', Scopes.NamesOf(token.Scopes)),
            CreatedUnixMs = token.CreatedUnixMs,
            ExpiresUnixMs = token.ExpiresUnixMs,
        });
        db.SaveChanges();
        batch.Add(LogEntry.OperatorAction(token.CreatedUnixMs, token.Scopes == Scope.Operator ? "createOperatorToken" : token.Scopes == Scope.Viewer ? "createViewerToken" : "createScopedToken", run: "", token.Name));
    });

    public bool Delete(string name, long atUnixMs)
    {
        var found = false;
        log.Commit((db, batch) =>
        {
            if (db.ApiTokens.Find(name) is { } row)
            {
                db.Remove(row);
                db.SaveChanges();
                batch.Add(LogEntry.OperatorAction(atUnixMs, "deleteToken", run: "", name));
                found = true;
            }
        });
        return found;
    }

    private static bool IsRole(StoredToken token) => token.Scopes is Scope.Operator or Scope.Viewer;

    private static StoredToken FromRow(ApiTokenRow row)
    {
        var scopes = row.IsOperator ? Scope.Operator : row.Scopes is { } names ? Scopes.Parse(names.Split(' '), out _) : Scope.Viewer;
        return new StoredToken(row.Name, row.TokenHash, scopes, row.CreatedUnixMs, row.ExpiresUnixMs);
    }
}
