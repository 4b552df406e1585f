using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Access;

/// <summary>
/// The database as one caller may see it. Operations get this and never the context, so this is the one place where queries are
/// narrowed to an organisation, and a row of another organisation cannot be added either.
/// </summary>
internal sealed class OrganisationScope(SluiceDb db, Caller caller)
{
    public IQueryable<OrganisationRow> Organisations => db.Organisations.Where(o => o.Id == caller.OrganisationId);

    public IQueryable<ProjectRow> Projects => db.Projects.Where(p => p.OrganisationId == caller.OrganisationId);

    public IQueryable<KeyRow> Keys => db.Keys.Where(k => k.OrganisationId == caller.OrganisationId);

    public IQueryable<KeyCredentialRow> KeyCredentials => db.KeyCredentials.Where(c => c.OrganisationId == caller.OrganisationId);

    public IQueryable<AuditEntryRow> AuditEntries => db.AuditEntries.Where(a => a.OrganisationId == caller.OrganisationId);

    /// <summary>Upstreams belong to the installation: to anybody but the operator there are none.</summary>
    public IQueryable<UpstreamRow> Upstreams => db.Upstreams.Where(_ => caller.IsOperator);

    public void Add(ProjectRow row) => db.Projects.Add(Own(row, row.OrganisationId));

    public void Add(KeyRow row) => db.Keys.Add(Own(row, row.OrganisationId));

    public void Add(KeyCredentialRow row) => db.KeyCredentials.Add(Own(row, row.OrganisationId));

    public void Add(UpstreamRow row) => db.Upstreams.Add(caller.IsOperator ? row : throw Foreign());

    public void Remove(ProjectRow row) => db.Projects.Remove(Own(row, row.OrganisationId));

    public void Remove(KeyCredentialRow row) => db.KeyCredentials.Remove(Own(row, row.OrganisationId));

    public void Remove(UpstreamRow row) => db.Upstreams.Remove(caller.IsOperator ? row : throw Foreign());

    private T Own<T>(T row, string organisationId) => organisationId == caller.OrganisationId ? row : throw Foreign();

    private static InvalidOperationException Foreign() => new("An operation touched a row outside its caller's organisation.");
}
