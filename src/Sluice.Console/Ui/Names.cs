using Sluice.Console.Door;
using Sluice.Console.Layout;
using Sluice.Contracts.Management;

namespace Sluice.Console.Ui;

/// <summary>Names of the people, tokens and projects that answers hold ids of, as far as the reader may know them.</summary>
public sealed class Names
{
    // Organisations with more people show the ids of the rest.
    private const int PagesMax = 5;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    public static Names None { get; } = new();

    public string? Of(string? id) => id is not null && _names.TryGetValue(id, out var name) ? name : null;

    /// <summary>Of an id, or the id itself.</summary>
    public string Or(string id) => Of(id) ?? id;

    public static async Task<Names> ReadAsync(Plane plane, Visit visit)
    {
        var names = new Names();
        if (visit.May("members.read"))
            await names.AddAsync<MemberAnswer>(plane, "/members", static m => (m.AccountId, m.Name));
        if (visit.May("tokens.read"))
            await names.AddAsync<TokenAnswer>(plane, "/tokens", static t => (t.Id, t.Name));
        if (visit.Me is { } me) names._names[me.Id] = me.Name;
        foreach (var project in visit.Projects) names._names[project.Id] = project.Name;
        return names;
    }

    private async Task AddAsync<T>(Plane plane, string path, Func<T, (string Id, string Name)> read)
    {
        string? cursor = null;
        for (var page = 0; page < PagesMax; page++)
        {
            var reply = await plane.GetAsync<Page<T>>(Pages.Address.Of(path, ("limit", "100"), ("cursor", cursor)));
            foreach (var (id, name) in (reply.Value?.Data ?? []).Select(read)) _names[id] = name;
            if ((cursor = reply.Value?.NextCursor) is null) return;
        }
    }
}
