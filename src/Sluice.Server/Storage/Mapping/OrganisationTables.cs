using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Storage.Mapping;

internal static class OrganisationTables
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<PublicMailDomainRow>(row =>
        {
            row.ToTable("public_mail_domains");
            row.HasKey(d => d.Domain);
        });
        model.Entity<TierRow>(row =>
        {
            row.ToTable("tiers");
            row.HasKey(t => t.Id);
        });
        model.Entity<MemberRow>(row =>
        {
            row.ToTable("members");
            row.HasKey(m => new { m.OrganisationId, m.AccountId });
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(m => m.OrganisationId).OnDelete(DeleteBehavior.Restrict);
            row.HasOne<AccountRow>().WithMany().HasForeignKey(m => m.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<RoleRow>(row =>
        {
            row.ToTable("roles");
            row.HasKey(r => r.Id);
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(r => r.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<AssignmentRow>(row =>
        {
            row.ToTable("assignments");
            row.HasKey(a => a.Id);
            // Nobody holds a role in an organisation without being its member, nor in another organisation's project.
            row.HasOne<MemberRow>().WithMany().HasForeignKey(a => new { a.OrganisationId, a.AccountId }).OnDelete(DeleteBehavior.Restrict);
            row.HasOne<ProjectRow>().WithMany().HasForeignKey(a => new { a.ProjectId, a.OrganisationId })
                .HasPrincipalKey(p => new { p.Id, p.OrganisationId }).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<InvitationRow>(row =>
        {
            row.ToTable("invitations");
            row.HasKey(i => i.Id);
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(i => i.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<DocumentRow>(row =>
        {
            row.ToTable("documents");
            row.HasKey(d => d.Id);
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(d => d.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<EnterpriseApplicationRow>(row =>
        {
            row.ToTable("enterprise_applications");
            row.HasKey(e => e.Id);
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(e => e.OrganisationId).OnDelete(DeleteBehavior.Restrict);
            row.HasOne<DocumentRow>().WithMany().HasForeignKey(e => e.DocumentId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<TicketRow>(row =>
        {
            row.ToTable("tickets");
            row.HasKey(t => t.Id);
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(t => t.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<TicketMessageRow>(row =>
        {
            row.ToTable("ticket_messages");
            row.HasKey(m => m.Id);
            row.HasOne<TicketRow>().WithMany().HasForeignKey(m => m.TicketId).OnDelete(DeleteBehavior.Restrict);
        });
    }
}
