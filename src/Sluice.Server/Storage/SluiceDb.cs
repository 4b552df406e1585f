using Microsoft.EntityFrameworkCore;

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
