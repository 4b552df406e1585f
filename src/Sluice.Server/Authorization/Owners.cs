using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;

namespace Sluice.Server.Authorization;

/// <summary>
/// Keeps every organisation with an owner: somebody who holds the Owner role in all of it and can sign in. Whatever may take an owner away asks
/// here first, holding the organisation's lock, so that two owners cannot remove each other at once, on one node or on two.
/// </summary>
internal static class Owners
{
    /// <summary>
    /// Makes this transaction the only one that decides about the organisation's owners until it ends. SQLite has one writer anyway; on PostgreSQL
    /// the organisation's row is locked, without keeping rows from being added that refer to it.
    /// </summary>
    public static async Task LockAsync(SluiceDb db, string organisationId, CancellationToken cancellationToken)
    {
        if (db.Database.IsNpgsql())
            await db.Database.ExecuteSqlAsync($"select 1 from organisations where id = {organisationId} for no key update", cancellationToken);
    }

    /// <summary>The people who own an organisation, suspended ones left out.</summary>
    public static IQueryable<string> Of(SluiceDb db, string organisationId) => Assignments(db, organisationId).Select(a => a.AccountId).Distinct();

    /// <summary>Whether somebody owns the organisation beside this person.</summary>
    public static Task<bool> BesideAsync(SluiceDb db, string organisationId, string accountId, CancellationToken cancellationToken) =>
        Assignments(db, organisationId).AnyAsync(a => a.AccountId != accountId, cancellationToken);

    /// <summary>Whether the organisation has an owner without this assignment.</summary>
    public static Task<bool> WithoutAsync(SluiceDb db, string organisationId, string assignmentId, CancellationToken cancellationToken) =>
        Assignments(db, organisationId).AnyAsync(a => a.Id != assignmentId, cancellationToken);

    /// <summary>The organisations that would have no owner without this person: leaving, deleting the account or suspending it must be refused or said.</summary>
    public static async Task<IReadOnlyList<string>> OnlyOwnedByAsync(SluiceDb db, string accountId, CancellationToken cancellationToken)
    {
        var owned = await OwnedByAsync(db, accountId, cancellationToken);
        var only = new List<string>();
        foreach (var organisationId in owned)
        {
            if (!await BesideAsync(db, organisationId, accountId, cancellationToken))
                only.Add(organisationId);
        }

        return only;
    }

    /// <summary><see cref="LockAsync"/> for every organisation that a person owns, always in the same order.</summary>
    public static async Task LockOwnedByAsync(SluiceDb db, string accountId, CancellationToken cancellationToken)
    {
        foreach (var organisationId in await OwnedByAsync(db, accountId, cancellationToken))
            await LockAsync(db, organisationId, cancellationToken);
    }

    private static Task<List<string>> OwnedByAsync(SluiceDb db, string accountId, CancellationToken cancellationToken) =>
        db.Assignments.Where(a => a.AccountId == accountId && a.RoleId == BuiltInRoles.OwnerId && a.ProjectId == null).Select(a => a.OrganisationId).Distinct().Order().ToListAsync(cancellationToken);

    private static IQueryable<AssignmentRow> Assignments(SluiceDb db, string organisationId) =>
        db.Assignments.Where(a => a.OrganisationId == organisationId && a.RoleId == BuiltInRoles.OwnerId && a.ProjectId == null
            && db.Accounts.Any(p => p.Id == a.AccountId && p.SuspendedAtMs == null));
}
