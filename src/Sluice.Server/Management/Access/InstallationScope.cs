using Sluice.Server.Storage;

namespace Sluice.Server.Management.Access;

/// <summary>What the operator's people see across organisations: queues to review, messages, settings of the installation. Nobody else gets one.</summary>
internal sealed class InstallationScope
{
    private readonly SluiceDb _db;

    /// <exception cref="InvalidOperationException">The caller is not of the operator's organisation.</exception>
    public InstallationScope(SluiceDb db, Caller caller)
    {
        if (!caller.IsOperator)
            throw new InvalidOperationException("An operation asked for the whole installation without an operator.");
        _db = db;
    }

    public IQueryable<OrganisationRow> Organisations => _db.Organisations;
    public IQueryable<AccountRow> Accounts => _db.Accounts;
    public IQueryable<MemberRow> Members => _db.Members;
    public IQueryable<AssignmentRow> Assignments => _db.Assignments;
    public IQueryable<SessionRow> Sessions => _db.Sessions;
    public IQueryable<KeyRow> Keys => _db.Keys;
    public IQueryable<KeyCredentialRow> KeyCredentials => _db.KeyCredentials;
    public IQueryable<ManagementTokenRow> ManagementTokens => _db.ManagementTokens;
    public IQueryable<OutboxRow> Outbox => _db.Outbox;
    public IQueryable<TierRow> Tiers => _db.Tiers;
    public IQueryable<PublicMailDomainRow> PublicMailDomains => _db.PublicMailDomains;
    public IQueryable<EnterpriseApplicationRow> EnterpriseApplications => _db.EnterpriseApplications;
    public IQueryable<DocumentRow> Documents => _db.Documents;
    public IQueryable<TicketRow> Tickets => _db.Tickets;
    public IQueryable<TicketMessageRow> TicketMessages => _db.TicketMessages;
    public IQueryable<QuotaApplicationRow> QuotaApplications => _db.QuotaApplications;
    public IQueryable<QuotaCommentRow> QuotaComments => _db.QuotaComments;
    public IQueryable<QuotaGrantRow> QuotaGrants => _db.QuotaGrants;

    public void Add<TRow>(TRow row) where TRow : class => _db.Add(row);

    public void Remove<TRow>(TRow row) where TRow : class => _db.Remove(row);
}
