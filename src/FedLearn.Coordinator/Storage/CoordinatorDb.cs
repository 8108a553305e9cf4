using FedLearn.Coordinator.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

/// <summary>The database: rows only, never a vector.</summary>
/// <remarks>
/// <c>CompiledModel</c> holds what EF would find out from these classes at every start, which took half a second of it. After a change
/// here or in a row: <c>dotnet ef migrations add</c>, and <c>dotnet ef dbcontext optimize</c> as a failing CompiledModelTests says.
/// </remarks>
internal sealed class CoordinatorDb(DbContextOptions<CoordinatorDb> options) : DbContext(options)
{
    public DbSet<ClientRow> Clients => Set<ClientRow>();

    public DbSet<RunRow> Runs => Set<RunRow>();

    public DbSet<VersionRow> Versions => Set<VersionRow>();

    public DbSet<RoundRow> Rounds => Set<RoundRow>();

    public DbSet<UpdateRow> Updates => Set<UpdateRow>();

    public DbSet<EvaluationRow> Evaluations => Set<EvaluationRow>();

    public DbSet<InvitationRow> Invitations => Set<InvitationRow>();

    public DbSet<CertificateRow> Certificates => Set<CertificateRow>();

    public DbSet<ApiTokenRow> ApiTokens => Set<ApiTokenRow>();

    public DbSet<LogRow> Log => Set<LogRow>();

    public DbSet<LogHeadRow> LogHeads => Set<LogHeadRow>();

    /// <summary>Stores every new or changed row with its check.</summary>
    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        // Once for a batch of hundreds of rows: what is set here is told to the tracker by itself.
        ChangeTracker.DetectChanges();
        var detects = ChangeTracker.AutoDetectChangesEnabled;
        ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            foreach (var entry in ChangeTracker.Entries<CheckedRow>())
            {
                if (entry.State is EntityState.Added or EntityState.Modified)
                {
                    entry.Property(r => r.Check).CurrentValue = entry.Entity.ComputeCheck();
                }
            }

            return base.SaveChanges(acceptAllChangesOnSuccess);
        }
        finally
        {
            ChangeTracker.AutoDetectChangesEnabled = detects;
        }
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<ClientRow>().HasKey(r => r.Id);
        model.Entity<InvitationRow>().HasKey(r => r.SecretHash);
        model.Entity<CertificateRow>().HasKey(r => r.Serial);
        model.Entity<CertificateRow>().HasIndex(r => r.ClientId);
        model.Entity<ApiTokenRow>().HasKey(r => r.Name);
        model.Entity<RunRow>().HasKey(r => r.Id);
        model.Entity<RunRow>().HasIndex(r => r.Name).IsUnique();
        model.Entity<VersionRow>().HasKey(r => new { r.RunId, r.Number });
        model.Entity<RoundRow>().HasKey(r => new { r.RunId, r.Number });
        model.Entity<UpdateRow>().HasKey(r => new { r.RunId, r.Round, r.ClientId });
        model.Entity<EvaluationRow>().HasKey(r => new { r.RunId, r.Round, r.ClientId });
        model.Entity<LogRow>().HasKey(r => r.Number);
        model.Entity<LogRow>().Property(r => r.Number).ValueGeneratedNever();
        model.Entity<LogHeadRow>().HasKey(r => r.Size);
        model.Entity<LogHeadRow>().Property(r => r.Size).ValueGeneratedNever();
        model.Entity<VersionRow>().HasOne<RunRow>().WithMany().HasForeignKey(r => r.RunId);
        model.Entity<RoundRow>().HasOne<RunRow>().WithMany().HasForeignKey(r => r.RunId);
        model.Entity<UpdateRow>().HasOne<RoundRow>().WithMany().HasForeignKey(r => new { r.RunId, r.Round });
        model.Entity<EvaluationRow>().HasOne<RoundRow>().WithMany().HasForeignKey(r => new { r.RunId, r.Round });
    }
}
