using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Log;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Tests.Storage;

public sealed class IdentityStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-identities-").FullName;
    private readonly CoordinatorDbFactory _factory;
    private readonly IdentityStore _store;

    public IdentityStoreTests()
    {
        _factory = new CoordinatorDbFactory(Path.Combine(_folder, "fedlearn.db"));
        using var db = _factory.CreateDbContext();
        db.Database.Migrate();
        _store = new IdentityStore(_factory, new LogBook(_factory, SigningKey.Open(Path.Combine(_folder, "signing.key")), TimeProvider.System));
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Invite_Again_TakesThePlaceOfTheUnusedOneAlone()
    {
        StoredInvitation used = new("01", "a", 1, 10), unused = new("02", "a", 2, 20), next = new("03", "a", 3, 30), other = new("04", "b", 3, 30);
        _store.Invite(used);
        _store.Issue(new StoredCertificate("c1", "a", 5, 50), used with { UsedByKey = "key" });
        _store.Invite(unused);
        _store.Invite(other);
        _store.Invite(next);

        Assert.Equal([used with { UsedByKey = "key" }, next, other], _store.Invitations().OrderBy(i => i.SecretHash));
        Assert.Equal(next, _store.FindInvitation("03"));
        Assert.Null(_store.FindInvitation("02"));
    }

    [Fact]
    public void Revoke_AClient_MarksItsCertificatesOnceAndEndsItsInvitations()
    {
        _store.Issue(new StoredCertificate("c1", "a", 5, 50), used: null);
        _store.Issue(new StoredCertificate("c2", "a", 6, 60), used: null);
        _store.Issue(new StoredCertificate("c3", "b", 6, 60), used: null);
        _store.Invite(new StoredInvitation("01", "a", 1, 10));

        Assert.Equal(["c1", "c2"], _store.Revoke("a", 7).Select(c => c.Serial).Order());
        Assert.Empty(_store.Revoke("a", 8));

        Assert.Equal(new StoredCertificate("c1", "a", 5, 50, 7), _store.FindCertificate("c1"));
        Assert.Null(_store.FindCertificate("c3")!.RevokedUnixMs);
        Assert.Empty(_store.Invitations());
    }

    [Fact]
    public void Issue_ForAnInvitationThatIsGone_StoresNothing()
    {
        Assert.Throws<InvalidOperationException>(() => _store.Issue(new StoredCertificate("c1", "a", 5, 50), new StoredInvitation("01", "a", 1, 10, "key")));

        Assert.Empty(_store.Certificates());
    }

    [Fact]
    public void Changes_AllKinds_StandInTheLog()
    {
        StoredInvitation invitation = new("01", "a", 1, 10);
        _store.Invite(invitation);
        _store.Issue(new StoredCertificate("c1", "a", 5, 50), invitation with { UsedByKey = "key" });
        _store.Issue(new StoredCertificate("c2", "a", 6, 60), used: null);
        _store.Revoke("a", 7);
        Assert.Throws<InvalidOperationException>(() => _store.Issue(new StoredCertificate("c3", "a", 5, 50), new StoredInvitation("02", "a", 1, 10, "key")));

        using var db = _factory.CreateDbContext();
        Assert.Equal(
            [
                """{"at":1,"client":"a","kind":"clientInvited","until":10}""",
                """{"at":5,"client":"a","kind":"clientEnrolled","serial":"c1","until":50}""",
                """{"at":6,"client":"a","kind":"certificateRenewed","serial":"c2","until":60}""",
                """{"at":7,"certificates":2,"client":"a","kind":"clientRevoked"}""",
            ],
            db.Log.OrderBy(r => r.Number).AsEnumerable().Select(r => System.Text.Encoding.UTF8.GetString(r.Entry)));
    }

    [Fact]
    public void Certificate_WithAChangedField_IsNamedAsDamaged()
    {
        _store.Issue(new StoredCertificate("c1", "a", 5, 50, null), used: null);
        _store.Revoke("a", 7);
        using (var db = _factory.CreateDbContext())
        {
            db.Database.ExecuteSqlRaw("UPDATE Certificates SET RevokedUnixMs = NULL");
        }

        Assert.Contains("certificate c1 of a", Assert.Throws<StoredDataException>(() => _store.FindCertificate("c1")).Message, StringComparison.Ordinal);
    }
}
