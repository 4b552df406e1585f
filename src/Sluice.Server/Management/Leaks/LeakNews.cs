using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;
using Sluice.Server.Messages;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Leaks;

/// <summary>What was found and ended.</summary>
/// <param name="SecretOnly">Whether the key itself goes on working with a newer secret.</param>
internal sealed record LeakedThing(string Id, string Name, string Masked, bool SecretOnly);

/// <summary>Tells people what of theirs was revoked: one message each, however much it was. What belongs to nobody is told to the organisation's owners.</summary>
internal sealed class LeakNews(LeakReach reach, LeakTrace trace)
{
    private const int ListedMax = 20;
    private const int OwnersMax = 20;
    private const string Kind = "leak";
    private readonly List<(string? OrganisationId, string? AccountId, LeakedThing Thing)> _things = [];

    public void Add(string? organisationId, string? accountId, LeakedThing thing) => _things.Add((organisationId, accountId, thing));

    public async Task TellAsync()
    {
        if (_things.Count == 0)
            return;
        var told = new Dictionary<string, List<(string? OrganisationId, LeakedThing Thing)>>(StringComparer.Ordinal);
        foreach (var (organisationId, accountId, thing) in _things)
        {
            foreach (var account in await WhoseAsync(organisationId, accountId))
            {
                if (!told.TryGetValue(account, out var list))
                    told[account] = list = [];
                list.Add((organisationId, thing));
                trace.Telling.Notify([account], organisationId, Kind, thing.Id, Sentence(thing));
            }
        }

        var ids = told.Keys.ToList();
        var people = await reach.Accounts.AsNoTracking().Where(a => ids.Contains(a.Id)).ToListAsync(trace.CancellationToken);
        foreach (var person in people.Where(p => p is { EmailConfirmed: true, SuspendedAtMs: null, Email: not null }))
        {
            var things = told[person.Id];
            trace.Telling.Send(new OutgoingMessage(Channels.Email, person.Email!, Kind, Subject(person), new PlainSecret(Body(person, [.. things.Select(t => t.Thing)])))
            {
                AccountId = person.Id, OrganisationId = things[0].OrganisationId,
            });
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

    private static string Subject(AccountRow person) => person.Language == "zh-CN" ? "您的密钥已泄露并被吊销" : "A key of yours was leaked and is revoked";

    private string Body(AccountRow person, IReadOnlyList<LeakedThing> things)
    {
        var chinese = person.Language == "zh-CN";
        var lines = things.Take(ListedMax).Select(t => $"- {t.Name} ({t.Masked}){(t.SecretOnly ? chinese ? ",仅该密文失效,新密文继续有效" : ", this secret only; the newer one goes on working" : "")}");
        var more = things.Count > ListedMax ? $"\n… {things.Count - ListedMax}" : "";
        var where = trace.Source is GitHubScanning.Source ? chinese ? "GitHub 的密钥扫描" : "GitHub's secret scanning" : chinese ? "一份泄露报告" : "a leak report";
        return chinese
            ? $"{person.Name},您好:\n\n{where}中出现了以下密钥,已立即吊销:\n\n{string.Join('\n', lines)}{more}\n\n请创建新的密钥,更新正在使用它的程序,并检查近期的调用记录:{trace.Telling.BaseUrl}/console/keys\n"
            : $"Hello {person.Name},\n\nthese stood in {where} and were revoked at once:\n\n{string.Join('\n', lines)}{more}\n\nMake new ones, put them where the old ones were used, and look through the recent calls: {trace.Telling.BaseUrl}/console/keys\n";
    }
}
