using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Storage.Log;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Proofs.Statements;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

/// <summary>Invitations and certificates in SQLite; every change stands in the log too.</summary>
internal sealed class IdentityStore(IDbContextFactory<CoordinatorDb> factory, LogBook log) : IIdentityStore
{
    public StoredInvitation? FindInvitation(string secretHash)
    {
        using var db = factory.CreateDbContext();
        return db.Invitations.Find(secretHash) is { } row ? FromRow(row) : null;
    }

    public StoredCertificate? FindCertificate(string serial)
    {
        using var db = factory.CreateDbContext();
        return db.Certificates.Find(serial) is { } row ? FromRow(row) : null;
    }

    public IReadOnlyList<StoredInvitation> Invitations()
    {
        using var db = factory.CreateDbContext();
        return [.. db.Invitations.AsNoTracking().OrderBy(r => r.ClientId).AsEnumerable().Select(FromRow)];
    }

    public IReadOnlyList<StoredCertificate> Certificates()
    {
        using var db = factory.CreateDbContext();
        return [.. db.Certificates.AsNoTracking().OrderBy(r => r.ClientId).AsEnumerable().Select(FromRow)];
    }

    public void Invite(StoredInvitation invitation) => log.Commit((db, batch) =>
    {
        db.RemoveRange(db.Invitations.Where(r => r.ClientId == invitation.ClientId && r.UsedByKey == ""));
        db.Add(new InvitationRow
        {
            SecretHash = invitation.SecretHash,
            ClientId = invitation.ClientId,
            CreatedUnixMs = invitation.CreatedUnixMs,
            ExpiresUnixMs = invitation.ExpiresUnixMs,
        });
        db.SaveChanges();
        batch.Add(LogEntry.ClientInvited(invitation.CreatedUnixMs, invitation.ClientId, invitation.ExpiresUnixMs));
    });

    public void Issue(StoredCertificate certificate, StoredInvitation? used) => log.Commit((db, batch) =>
    {
        db.Add(new CertificateRow
        {
            Serial = certificate.Serial,
            ClientId = certificate.ClientId,
            IssuedUnixMs = certificate.IssuedUnixMs,
            NotAfterUnixMs = certificate.NotAfterUnixMs,
        });
        if (used is not null)
        {
            db.Invitations.Single(r => r.SecretHash == used.SecretHash).UsedByKey = used.UsedByKey;
        }

        db.SaveChanges();
        batch.Add(LogEntry.CertificateIssued(certificate.IssuedUnixMs, certificate.ClientId, certificate.Serial, certificate.NotAfterUnixMs, isRenewal: used is null));
    });

    public IReadOnlyList<StoredCertificate> Revoke(string clientId, long atUnixMs)
    {
        List<CertificateRow> rows = [];
        log.Commit((db, batch) =>
        {
            rows = [.. db.Certificates.Where(r => r.ClientId == clientId && r.RevokedUnixMs == null)];
            foreach (var row in rows)
            {
                row.RevokedUnixMs = atUnixMs;
            }

            db.RemoveRange(db.Invitations.Where(r => r.ClientId == clientId));
            db.SaveChanges();
            batch.Add(LogEntry.ClientRevoked(atUnixMs, clientId, rows.Count));
            batch.WantsHead = true;
        });
        return [.. rows.Select(FromRow)];
    }

    private static StoredInvitation FromRow(InvitationRow row) => new(row.SecretHash, row.ClientId, row.CreatedUnixMs, row.ExpiresUnixMs, row.UsedByKey);

    private static StoredCertificate FromRow(CertificateRow row) => new(row.Serial, row.ClientId, row.IssuedUnixMs, row.NotAfterUnixMs, row.RevokedUnixMs);
}
