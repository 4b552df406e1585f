using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Reviews;

/// <summary>What a review knows of the server it runs on.</summary>
/// <param name="RecordDays">Days that request records are kept; 0 is for ever.</param>
internal sealed record ReviewOptions(int RecordDays = 0);

/// <summary>Looks at every key and role of an organisation and at what they were really used for. Reads only, and takes as long as it takes: never while holding a transaction.</summary>
internal sealed class ReviewInquiry(RecordReader records, ManagementOptions management, ReviewOptions options)
{
    public ReviewSpan Span(DateTimeOffset now, int unusedDays) => ReviewSpan.Of(now, unusedDays, options.RecordDays);

    /// <param name="data">The organisation's part of the database.</param>
    public async Task<IReadOnlyList<ReviewDraft>> DraftAsync(OrganisationScope data, ReviewSpan span, CancellationToken cancellationToken)
    {
        var keys = await data.Keys.AsNoTracking().Where(k => k.RevokedAtMs == null).OrderBy(k => k.Id).ToListAsync(cancellationToken);
        var usage = (await records.UsageAsync([.. keys.Select(k => k.Id)], span.SinceMs, cancellationToken)).ToLookup(u => u.KeyId);
        var people = await data.People.AsNoTracking().Select(p => new { p.Id, p.SuspendedAtMs }).ToDictionaryAsync(p => p.Id, p => p.SuspendedAtMs, cancellationToken);
        var uses = await data.KeyUses.AsNoTracking().ToDictionaryAsync(u => u.KeyId, u => u.LastUsedAtMs, cancellationToken);
        var drafts = new List<ReviewDraft>();
        foreach (var key in keys)
        {
            var (findings, proposed) = KeyFindings.Of(key, StateOf(key.OwnerId), [.. usage[key.Id]], uses.TryGetValue(key.Id, out var used) ? used : null, management.Endpoints, span);
            drafts.Add(new ReviewDraft(ReviewItemKinds.Key, key.Id, key.OwnerId, key.Name, findings, proposed));
        }

        var lastUse = keys.Where(k => k.OwnerId is not null).SelectMany(k => usage[k.Id].Select(u => (Owner: k.OwnerId!, u.LastMs))).ToLookup(u => u.Owner, u => u.LastMs);
        drafts.AddRange(await RolesAsync(data, span, StateOf, lastUse, cancellationToken));
        return drafts;

        HolderState StateOf(string? accountId) => accountId is null ? HolderState.None : !people.TryGetValue(accountId, out var suspended) ? HolderState.Gone : suspended is null ? HolderState.Active : HolderState.Suspended;
    }

    private static async Task<IEnumerable<ReviewDraft>> RolesAsync(OrganisationScope data, ReviewSpan span, Func<string?, HolderState> stateOf, ILookup<string, long> calls, CancellationToken cancellationToken)
    {
        var assignments = await data.Assignments.AsNoTracking().OrderBy(a => a.Id).ToListAsync(cancellationToken);
        var custom = (await data.Roles.AsNoTracking().ToListAsync(cancellationToken)).ToDictionary(r => r.Id, RightsReader.Of);
        var projects = await data.Projects.AsNoTracking().ToDictionaryAsync(p => p.Id, p => p.Name, cancellationToken);
        var tokens = await data.ManagementTokens.AsNoTracking().Where(t => t.AccountId != null).Select(t => new { t.Id, t.AccountId, t.LastUsedAtMs }).ToListAsync(cancellationToken);
        var seen = await data.SessionsOfPeople.GroupBy(s => s.AccountId).Select(g => new { g.Key, Last = g.Max(s => s.LastSeenAtMs) }).ToDictionaryAsync(g => g.Key, g => g.Last, cancellationToken);
        var sinceMs = span.SinceMs;
        var acts = await data.AuditEntries.Where(a => a.AtMs >= sinceMs).GroupBy(a => new { a.ActorId, a.Action }).Select(g => new { g.Key.ActorId, g.Key.Action, Last = g.Max(a => a.AtMs) }).ToListAsync(cancellationToken);
        var tokensOf = tokens.ToLookup(t => t.AccountId!, t => t.LastUsedAtMs);
        var personOf = tokens.ToDictionary(t => t.Id, t => t.AccountId!);
        var actsOf = acts.ToLookup(a => personOf.GetValueOrDefault(a.ActorId, a.ActorId));
        var owners = assignments.Count(a => a is { RoleId: BuiltInRoles.OwnerId, ProjectId: null } && stateOf(a.AccountId) is HolderState.Active);
        return assignments.Select(assignment =>
        {
            var (who, id) = (assignment.AccountId, assignment.RoleId);
            long?[] times = [seen.TryGetValue(who, out var last) ? last : null, .. tokensOf[who], .. actsOf[who].Select(a => (long?)a.Last), .. calls[who].Select(ms => (long?)ms)];
            var use = RoleUse.Of(actsOf[who].Select(a => a.Action), calls[who].Any(), times.Max());
            var role = BuiltInRoles.Find(id) ?? custom.GetValueOrDefault(id);
            var isOnlyOwner = assignment is { RoleId: BuiltInRoles.OwnerId, ProjectId: null } && owners <= 1;
            var (findings, proposed) = RoleFindings.Of(assignment, role, stateOf(who), use, isOnlyOwner, span);
            var where = assignment.ProjectId is { } project ? $"project {projects.GetValueOrDefault(project, project)}" : "the whole organisation";
            return new ReviewDraft(ReviewItemKinds.Assignment, assignment.Id, who, $"{role?.Name ?? id} in {where}", findings, proposed);
        });
    }
}
