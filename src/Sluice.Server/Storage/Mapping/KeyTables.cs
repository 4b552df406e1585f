using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Storage.Mapping;

/// <summary>What hangs on keys: tags, last use, more of a limit, reviews.</summary>
internal static class KeyTables
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<KeyTagRow>(row =>
        {
            row.ToTable("key_tags");
            row.HasKey(t => new { t.KeyId, t.Tag });
            row.HasOne<KeyRow>().WithMany().HasForeignKey(t => t.KeyId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<KeyUseRow>(row =>
        {
            row.ToTable("key_uses");
            row.HasKey(u => u.KeyId);
        });
        model.Entity<QuotaApplicationRow>(row =>
        {
            row.ToTable("quota_applications");
            row.HasKey(q => q.Id);
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(q => q.OrganisationId).OnDelete(DeleteBehavior.Restrict);
            row.HasOne<DocumentRow>().WithMany().HasForeignKey(q => q.DocumentId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<QuotaCommentRow>(row =>
        {
            row.ToTable("quota_comments");
            row.HasKey(c => c.Id);
            row.HasOne<QuotaApplicationRow>().WithMany().HasForeignKey(c => c.ApplicationId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<QuotaGrantRow>(row =>
        {
            row.ToTable("quota_grants");
            row.HasKey(g => g.Id);
            row.HasOne<KeyRow>().WithMany().HasForeignKey(g => g.KeyId).OnDelete(DeleteBehavior.Restrict);
            row.HasOne<QuotaApplicationRow>().WithMany().HasForeignKey(g => g.ApplicationId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<AccessReviewRow>(row =>
        {
            row.ToTable("access_reviews");
            row.HasKey(r => r.Id);
            row.HasOne<OrganisationRow>().WithMany().HasForeignKey(r => r.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<ReviewItemRow>(row =>
        {
            row.ToTable("review_items");
            row.HasKey(i => i.Id);
            row.HasOne<AccessReviewRow>().WithMany().HasForeignKey(i => i.ReviewId).OnDelete(DeleteBehavior.Restrict);
        });
    }
}
