using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Access;

/// <summary>
/// The database as one caller may see it. Operations get this and never the context, so this is the one place where queries are
/// narrowed to an organisation, and a row of another organisation cannot be added either.
/// </summary>
/// <param name="projects">The projects that the operation's permission reaches, or <see langword="null"/> for all.</param>
internal sealed class OrganisationScope(SluiceDb db, Caller caller, IReadOnlyList<string>? projects)
{
    /// <summary>The projects that the operation's permission reaches, or <see langword="null"/> for all.</summary>
    public IReadOnlyList<string>? ReachedProjects => projects;

    public bool Reaches(string projectId) => projects is null || projects.Contains(projectId);

    public IQueryable<OrganisationRow> Organisations => db.Organisations.Where(o => o.Id == caller.OrganisationId);

    public IQueryable<ProjectRow> Projects => projects is null ? Own(db.Projects) : Own(db.Projects).Where(p => projects.Contains(p.Id));

    public IQueryable<KeyRow> Keys => projects is null ? Own(db.Keys) : Own(db.Keys).Where(k => projects.Contains(k.ProjectId));

    public IQueryable<KeyCredentialRow> KeyCredentials => Own(db.KeyCredentials).Where(c => c.Purpose == KeyCredentialPurposes.Key);

    /// <summary>Those of playgrounds, which are not among a key's secrets.</summary>
    public IQueryable<KeyCredentialRow> PlaygroundCredentials => Own(db.KeyCredentials).Where(c => c.Purpose == KeyCredentialPurposes.Playground);

    /// <summary>Both.</summary>
    public IQueryable<KeyCredentialRow> EveryKeyCredential => Own(db.KeyCredentials);

    public IQueryable<KeyTagRow> KeyTags => Own(db.KeyTags);

    public IQueryable<KeyUseRow> KeyUses => Own(db.KeyUses);

    public IQueryable<ManagementTokenRow> ManagementTokens => Own(db.ManagementTokens).Where(t => t.Purpose == "management");

    public IQueryable<AuditEntryRow> AuditEntries => Own(db.AuditEntries);

    public IQueryable<MemberRow> Members => Own(db.Members);

    /// <summary>The people who are members.</summary>
    public IQueryable<AccountRow> People => db.Accounts.Where(a => db.Members.Any(m => m.OrganisationId == caller.OrganisationId && m.AccountId == a.Id));

    /// <summary>Where members are signed in.</summary>
    public IQueryable<SessionRow> SessionsOfPeople => db.Sessions.Where(s => db.Members.Any(m => m.OrganisationId == caller.OrganisationId && m.AccountId == s.AccountId));

    public IQueryable<RoleRow> Roles => Own(db.Roles);

    public IQueryable<AssignmentRow> Assignments => Own(db.Assignments);

    public IQueryable<InvitationRow> Invitations => Own(db.Invitations);

    public IQueryable<DocumentRow> Documents => Own(db.Documents);

    public IQueryable<EnterpriseApplicationRow> EnterpriseApplications => Own(db.EnterpriseApplications);

    public IQueryable<TicketRow> Tickets => Own(db.Tickets);

    public IQueryable<TicketMessageRow> TicketMessages => Own(db.TicketMessages);

    public IQueryable<QuotaApplicationRow> QuotaApplications => projects is null ? Own(db.QuotaApplications) : Own(db.QuotaApplications).Where(q => projects.Contains(q.ProjectId));

    public IQueryable<QuotaCommentRow> QuotaComments => Own(db.QuotaComments);

    public IQueryable<QuotaGrantRow> QuotaGrants => Own(db.QuotaGrants);

    public IQueryable<AccessReviewRow> AccessReviews => Own(db.AccessReviews);

    public IQueryable<ReviewItemRow> ReviewItems => Own(db.ReviewItems);

    /// <summary>The same for all; the operator changes them.</summary>
    public IQueryable<TierRow> Tiers => db.Tiers.AsNoTracking();

    /// <summary>Upstreams belong to the installation: to anybody but the operator there are none.</summary>
    public IQueryable<UpstreamRow> Upstreams => db.Upstreams.Where(_ => caller.IsOperator);

    public void Add<TRow>(TRow row) where TRow : class, IOfOrganisation => db.Add(row.OrganisationId == caller.OrganisationId ? row : throw Foreign());

    public void Add(UpstreamRow row) => db.Upstreams.Add(caller.IsOperator ? row : throw Foreign());

    public void Remove<TRow>(TRow row) where TRow : class, IOfOrganisation => db.Remove(row.OrganisationId == caller.OrganisationId ? row : throw Foreign());

    public void Remove(UpstreamRow row) => db.Upstreams.Remove(caller.IsOperator ? row : throw Foreign());

    /// <summary>What a member may do in the caller's organisation now; <see langword="null"/> for somebody who is none.</summary>
    public Task<Rights?> RightsOfAsync(string accountId, CancellationToken cancellationToken) => RightsReader.OfMemberAsync(db, caller.OrganisationId, accountId, cancellationToken);

    /// <summary>See <see cref="Owners.LockAsync"/>.</summary>
    public Task LockOwnersAsync(CancellationToken cancellationToken) => Owners.LockAsync(db, caller.OrganisationId, cancellationToken);

    /// <summary>See <see cref="Owners.BesideAsync"/>.</summary>
    public Task<bool> IsOwnedBesideAsync(string accountId, CancellationToken cancellationToken) => Owners.BesideAsync(db, caller.OrganisationId, accountId, cancellationToken);

    /// <summary>See <see cref="Owners.WithoutAsync"/>.</summary>
    public Task<bool> IsOwnedWithoutAsync(string assignmentId, CancellationToken cancellationToken) => Owners.WithoutAsync(db, caller.OrganisationId, assignmentId, cancellationToken);

    private IQueryable<TRow> Own<TRow>(DbSet<TRow> rows) where TRow : class, IOfOrganisation => rows.Where(r => r.OrganisationId == caller.OrganisationId);

    private static InvalidOperationException Foreign() => new("An operation touched a row outside its caller's organisation.");
}
