using Microsoft.AspNetCore.Identity;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Access;

/// <summary>
/// The people of the installation, for the operations about accounts: signing up and in, one's own profile, joining organisations. What is somebody's own
/// is narrowed to the caller here; what must be found before anybody is signed in (an address, a link) is not, and no answer may tell whether it was.
/// </summary>
internal sealed class AccountScope(SluiceDb db, Caller caller)
{
    /// <summary>The context itself, for ASP.NET Core Identity's store.</summary>
    public SluiceDb Context => db;

    public IQueryable<AccountRow> Everybody => db.Accounts;

    public IQueryable<AccountRow> Me => db.Accounts.Where(a => a.Id == caller.AccountId);

    public IQueryable<SessionRow> MySessions => db.Sessions.Where(s => s.AccountId == caller.AccountId);

    public IQueryable<PasskeyRow> MyPasskeys => db.Passkeys.Where(p => p.UserId == caller.AccountId);

    public IQueryable<IdentityUserLogin<string>> MyLogins => db.AccountLogins.Where(l => l.UserId == caller.AccountId);

    public IQueryable<MemberRow> MyMemberships => db.Members.Where(m => m.AccountId == caller.AccountId);

    public IQueryable<NotificationRow> MyNotifications => db.Notifications.Where(n => n.AccountId == caller.AccountId);

    public IQueryable<OrganisationRow> MyOrganisations => db.Organisations.Where(o => db.Members.Any(m => m.OrganisationId == o.Id && m.AccountId == caller.AccountId));

    public IQueryable<SessionRow> SessionsOf(string accountId) => db.Sessions.Where(s => s.AccountId == accountId);

    public IQueryable<ConfirmationRow> Confirmations => db.Confirmations;

    /// <summary>Found by the secret in a link.</summary>
    public IQueryable<InvitationRow> Invitations => db.Invitations;

    public IQueryable<PublicMailDomainRow> PublicMailDomains => db.PublicMailDomains;

    public void Add<TRow>(TRow row) where TRow : class => db.Add(row);

    public void Remove<TRow>(TRow row) where TRow : class => db.Remove(row);
}
