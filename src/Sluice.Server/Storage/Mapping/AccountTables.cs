using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Storage.Mapping;

internal static class AccountTables
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<AccountRow>(row =>
        {
            row.ToTable("accounts");
            row.HasKey(a => a.Id);
            row.Property(a => a.Email).IsRequired();
            row.Property(a => a.NormalizedEmail).IsRequired();
            row.Property(a => a.UserName).IsRequired();
            row.Property(a => a.NormalizedUserName).IsRequired();
            row.Property(a => a.SecurityStamp).IsRequired();
            row.Property(a => a.ConcurrencyStamp).IsRequired().IsConcurrencyToken();
            // Instants are Unix milliseconds in every table.
            row.Property(a => a.LockoutEnd).HasConversion(at => at!.Value.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
        });
        model.Entity<IdentityUserLogin<string>>(row =>
        {
            row.ToTable("account_logins");
            row.HasKey(l => new { l.LoginProvider, l.ProviderKey });
            row.Property(l => l.UserId).IsRequired();
            row.HasOne<AccountRow>().WithMany().HasForeignKey(l => l.UserId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<IdentityUserToken<string>>(row =>
        {
            row.ToTable("account_tokens");
            row.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
            row.HasOne<AccountRow>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<PasskeyRow>(row =>
        {
            row.ToTable("account_passkeys");
            row.HasKey(p => p.CredentialId);
            row.HasOne<AccountRow>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<SessionRow>(row =>
        {
            row.ToTable("sessions");
            row.HasKey(s => s.Id);
            row.HasOne<AccountRow>().WithMany().HasForeignKey(s => s.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<ConfirmationRow>(row =>
        {
            row.ToTable("confirmations");
            row.HasKey(c => c.Id);
            row.HasOne<AccountRow>().WithMany().HasForeignKey(c => c.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<OutboxRow>(row =>
        {
            row.ToTable("outbox");
            row.HasKey(m => m.Id);
        });
        model.Entity<NotificationRow>(row =>
        {
            row.ToTable("notifications");
            row.HasKey(n => n.Id);
            row.HasOne<AccountRow>().WithMany().HasForeignKey(n => n.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
    }
}
