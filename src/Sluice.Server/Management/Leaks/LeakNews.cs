using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.Leaks;

/// <summary>What was found and ended.</summary>
/// <param name="FoundAt">Where, as it was reported.</param>
/// <param name="SecretOnly">Whether the key itself goes on working with a newer secret.</param>
internal sealed record LeakedThing(string Id, string Name, string Masked, string? FoundAt, bool SecretOnly);

/// <summary>Tells people what of theirs was revoked. What belongs to nobody is told to the organisation's owners.</summary>
internal sealed class LeakNews(LeakReach reach, LeakTrace trace)
{
    /// <summary>Mails to one person; of anything beyond they are told in the console only.</summary>
    private const int MailsMax = 3;
    private const int OwnersMax = 20;
    private const string Kind = "key_leaked";
    private readonly List<(string? OrganisationId, string? AccountId, LeakedThing Thing)> _things = [];

    public void Add(string? organisationId, string? accountId, LeakedThing thing) => _things.Add((organisationId, accountId, thing));

    public async Task TellAsync()
    {
        var told = new List<(string AccountId, string? OrganisationId, LeakedThing Thing)>();
        foreach (var (organisationId, accountId, thing) in _things)
        {
            var people = await WhoseAsync(organisationId, accountId);
            trace.Telling.Notify(people, organisationId, Kind, thing.Id, Sentence(thing));
            told.AddRange(people.Select(person => (person, organisationId, thing)));
        }

        var ids = told.Select(t => t.AccountId).Distinct().ToList();
        var accounts = ids.Count == 0 ? [] : await reach.Accounts.AsNoTracking().Where(a => ids.Contains(a.Id)).ToListAsync(trace.CancellationToken);
        foreach (var person in accounts.Where(p => p is { EmailConfirmed: true, SuspendedAtMs: null, Email: not null }))
        {
            foreach (var (_, organisationId, thing) in told.Where(t => t.AccountId == person.Id).Take(MailsMax))
            {
                var text = new KeyLeaked(thing.Name, thing.Masked, thing.FoundAt, trace.Now, new Uri($"{trace.Telling.BaseUrl}/console/keys"));
                trace.Telling.Send(text.ToAccount(person) with { OrganisationId = organisationId });
            }
        }
    }

    private async Task<IReadOnlyList<string>> WhoseAsync(string? organisationId, string? accountId)
    {
        if (accountId is not null && (organisationId is null || await reach.Members.AnyAsync(m => m.OrganisationId == organisationId && m.AccountId == accountId, trace.CancellationToken)))
            return [accountId];
        return await reach.Assignments.Where(a => a.OrganisationId == organisationId && a.ProjectId == null && (a.RoleId == BuiltInRoles.OwnerId || a.RoleId == BuiltInRoles.Admin.Id))
            .Select(a => a.AccountId).Distinct().OrderBy(a => a).Take(OwnersMax).ToListAsync(trace.CancellationToken);
    }

    private static string Sentence(LeakedThing thing) => thing.SecretOnly
        ? $"A secret of '{thing.Name}' ({thing.Masked}) was reported as leaked and ended; its newer secret goes on working."
        : $"'{thing.Name}' ({thing.Masked}) was reported as leaked and revoked.";
}
