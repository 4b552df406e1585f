using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage.Mapping;

namespace Sluice.Server.Storage;

/// <summary>The control plane's tables, the same on SQLite and PostgreSQL. Made by <see cref="SluiceDatabase.CreateContext"/>; one unit of work, not for use from two threads.</summary>
public sealed class SluiceDb(DbContextOptions<SluiceDb> options) : DbContext(options)
{
    public DbSet<OrganisationRow> Organisations => Set<OrganisationRow>();
    public DbSet<ProjectRow> Projects => Set<ProjectRow>();
    public DbSet<KeyRow> Keys => Set<KeyRow>();
    public DbSet<KeyCredentialRow> KeyCredentials => Set<KeyCredentialRow>();
    public DbSet<UpstreamRow> Upstreams => Set<UpstreamRow>();
    public DbSet<ManagementTokenRow> ManagementTokens => Set<ManagementTokenRow>();
    public DbSet<AuditEntryRow> AuditEntries => Set<AuditEntryRow>();
    public DbSet<ChangeRow> Changes => Set<ChangeRow>();
    public DbSet<IdempotencyRow> IdempotencyKeys => Set<IdempotencyRow>();
    public DbSet<ProtectionKeyRow> ProtectionKeys => Set<ProtectionKeyRow>();

    public DbSet<AccountRow> Accounts => Set<AccountRow>();
    public DbSet<IdentityUserLogin<string>> AccountLogins => Set<IdentityUserLogin<string>>();
    public DbSet<IdentityUserToken<string>> AccountTokens => Set<IdentityUserToken<string>>();
    public DbSet<PasskeyRow> Passkeys => Set<PasskeyRow>();
    public DbSet<SessionRow> Sessions => Set<SessionRow>();
    public DbSet<ConfirmationRow> Confirmations => Set<ConfirmationRow>();
    public DbSet<OutboxRow> Outbox => Set<OutboxRow>();
    public DbSet<NotificationRow> Notifications => Set<NotificationRow>();
    public DbSet<PublicMailDomainRow> PublicMailDomains => Set<PublicMailDomainRow>();
    public DbSet<TierRow> Tiers => Set<TierRow>();
    public DbSet<MemberRow> Members => Set<MemberRow>();
    public DbSet<RoleRow> Roles => Set<RoleRow>();
    public DbSet<AssignmentRow> Assignments => Set<AssignmentRow>();
    public DbSet<InvitationRow> Invitations => Set<InvitationRow>();
    public DbSet<DocumentRow> Documents => Set<DocumentRow>();
    public DbSet<EnterpriseApplicationRow> EnterpriseApplications => Set<EnterpriseApplicationRow>();
    public DbSet<TicketRow> Tickets => Set<TicketRow>();
    public DbSet<TicketMessageRow> TicketMessages => Set<TicketMessageRow>();
    public DbSet<KeyTagRow> KeyTags => Set<KeyTagRow>();
    public DbSet<KeyUseRow> KeyUses => Set<KeyUseRow>();
    public DbSet<QuotaApplicationRow> QuotaApplications => Set<QuotaApplicationRow>();
    public DbSet<QuotaCommentRow> QuotaComments => Set<QuotaCommentRow>();
    public DbSet<QuotaGrantRow> QuotaGrants => Set<QuotaGrantRow>();
    public DbSet<AccessReviewRow> AccessReviews => Set<AccessReviewRow>();
    public DbSet<ReviewItemRow> ReviewItems => Set<ReviewItemRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<OrganisationRow>(row =>
        {
            row.ToTable("organisations");
            row.HasKey(o => o.Id);
        });
        modelBuilder.Entity<ProjectRow>(row =>
        {
            row.ToTable("projects");
            row.HasKey(p => p.Id);
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(p => p.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<KeyRow>(row =>
        {
            row.ToTable("keys");
            row.HasKey(k => k.Id);
            // Both columns refer to the project: a key cannot sit in another organisation's project, whatever the code above does.
            row.HasOne<ProjectRow>().WithMany().HasForeignKey(k => new { k.ProjectId, k.OrganisationId })
                .HasPrincipalKey(p => new { p.Id, p.OrganisationId }).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<KeyCredentialRow>(row =>
        {
            row.ToTable("key_credentials");
            row.HasKey(c => c.PublicId);
            row.HasOne<KeyRow>().WithMany().HasForeignKey(c => new { c.KeyId, c.OrganisationId })
                .HasPrincipalKey(k => new { k.Id, k.OrganisationId }).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<UpstreamRow>(row =>
        {
            row.ToTable("upstreams");
            row.HasKey(u => u.Id);
        });
        modelBuilder.Entity<ManagementTokenRow>(row =>
        {
            row.ToTable("management_tokens");
            row.HasKey(t => t.Id);
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(t => t.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<AuditEntryRow>(row =>
        {
            row.ToTable("audit_entries");
            row.HasKey(a => new { a.OrganisationId, a.Seq });
            row.Property(a => a.Seq).ValueGeneratedNever();
        });
        modelBuilder.Entity<ChangeRow>(row =>
        {
            row.ToTable("changes");
            row.HasKey(c => c.Seq);
            row.Property(c => c.Seq).ValueGeneratedOnAdd();
        });
        modelBuilder.Entity<IdempotencyRow>(row =>
        {
            row.ToTable("idempotency_keys");
            row.HasKey(i => new { i.OrganisationId, i.Key });
        });
        modelBuilder.Entity<ProtectionKeyRow>(row =>
        {
            row.ToTable("protection_keys");
            row.HasKey(p => p.Id);
        });
        AccountTables.Map(modelBuilder);
        OrganisationTables.Map(modelBuilder);
        KeyTables.Map(modelBuilder);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
            foreach (var property in entity.GetProperties())
                property.SetColumnName(SnakeCase(property.Name));
    }

    private static string SnakeCase(string name)
    {
        Span<char> column = stackalloc char[name.Length * 2];
        var length = 0;
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && length > 0) column[length++] = '_';
            column[length++] = char.ToLowerInvariant(c);
        }
        return column[..length].ToString();
    }
}
