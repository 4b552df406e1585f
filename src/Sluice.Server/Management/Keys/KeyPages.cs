using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>A page of keys.</summary>
/// <param name="Next">The place that the next page begins after, or <see langword="null"/> at the end. A page may be short, or empty, and still have a next one.</param>
internal sealed record KeyPage(IReadOnlyList<KeyRow> Keys, string? Next);

/// <summary>
/// Lists keys so that a page costs the same in an organisation of a million keys as in one of ten: one condition is found by an index that is in the order of the
/// list, and all others are asked of a bounded number of the rows found so.
/// </summary>
internal sealed class KeyPages(OrganisationScope data, KeyFilter filter, int limit, long nowMs, CancellationToken cancellationToken)
{
    /// <summary>Rows of an index that are looked at for one page.</summary>
    public const int LookedAtMax = 10_000;
    /// <summary>The same where keys are fetched by what another table says, and how many at once.</summary>
    public const int TagsLookedAtMax = 2_000;
    private const int TagsAtOnce = 200;
    // A caller who reaches so many projects reads them one after the other.
    private const int ProjectsMax = 50;

    /// <summary>Newest first.</summary>
    public async Task<KeyPage> NewestAsync(string? after)
    {
        if (filter.Tag is { } tag)
            return await TaggedAsync(tag, after);
        if (filter.ProjectId is not null || data.ReachedProjects is not { Count: <= ProjectsMax } projects)
            return await LedAsync(filter, after);

        // Of several projects each is in order by itself: they are merged down to where all of them are complete.
        var parts = new List<KeyPage>();
        foreach (var project in projects)
            parts.Add(await LedAsync(filter with { ProjectId = project }, after));
        var floor = parts.Select(p => p.Next).Max(StringComparer.Ordinal);
        var keys = parts.SelectMany(p => p.Keys).Where(k => floor is null || string.CompareOrdinal(k.Id, floor) >= 0)
            .OrderByDescending(k => k.Id, StringComparer.Ordinal).ToList();
        return keys.Count > limit ? new KeyPage([.. keys.Take(limit)], keys[limit - 1].Id) : new KeyPage(keys, floor);
    }

    /// <summary>Those whose name begins so, in whatever case, in the order of their names.</summary>
    /// <param name="after">The last key of the page before, or <see langword="null"/>.</param>
    public async Task<KeyPage> NamedAsync(string beginning, KeyRow? after)
    {
        var (low, high) = NameRange(beginning);
        if (after is null)
            return await NamedAsync(InNameOrder(low, high, null));
        // First the rest of those with the same name: each of the two questions is one range of the index.
        var same = await NamedAsync(SameName(after));
        if (same.Next is not null)
            return same;
        var others = await new KeyPages(data, filter, limit - same.Keys.Count + 1, nowMs, cancellationToken).NamedAsync(InNameOrder(low, high, after.NameFolded));
        List<KeyRow> keys = [.. same.Keys, .. others.Keys];
        return keys.Count > limit ? new KeyPage(keys[..limit], keys[limit - 1].Id) : new KeyPage(keys, others.Next);
    }

    /// <summary>Those with a secret whose visible part begins so. Few: four characters of it are asked for at least.</summary>
    public async Task<IReadOnlyList<KeyRow>> WithSecretAsync(string publicId)
    {
        var ids = await WithPublicId(publicId).Take(LookedAtMax / 10).ToListAsync(cancellationToken);
        return await Filtered(data.Keys.Where(k => ids.Contains(k.Id))).OrderByDescending(k => k.Id).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>The one with this id, if the filter lets it through.</summary>
    public async Task<KeyRow?> WithIdAsync(string id) => await Filtered(data.Keys).SingleOrDefaultAsync(k => k.Id == id, cancellationToken);

    internal static (string Low, string High) NameRange(string beginning)
    {
        var folded = beginning.ToLowerInvariant();
        // Whatever follows the beginning sorts below the last code point there is.
        return (folded, folded + "\U0010FFFF");
    }

    /// <summary>Rows that one condition finds by its index, newest first; bounded where others are asked of them.</summary>
    internal IQueryable<KeyRow> Led(KeyFilter by, string? after)
    {
        var lead = by.Lead;
        var found = After(by.By(lead, data.Keys), after).OrderByDescending(k => k.Id);
        return by.HasMoreThan(lead)
            ? by.Rest(found.Take(LookedAtMax), nowMs).OrderByDescending(k => k.Id).Take(limit + 1)
            : found.Take(limit + 1);
    }

    internal IQueryable<string> LedPlace(KeyFilter by, string? after) =>
        After(by.By(by.Lead, data.Keys), after).OrderByDescending(k => k.Id).Skip(LookedAtMax - 1).Select(k => k.Id);

    internal IQueryable<KeyRow> Among(IReadOnlyCollection<string> ids) => filter.Rest(data.Keys.Where(k => ids.Contains(k.Id)), nowMs);

    internal IQueryable<KeyRow> InNameOrder(string low, string high, string? above)
    {
        var range = data.Keys.Where(k => string.Compare(k.NameFolded, low) >= 0 && string.Compare(k.NameFolded, high) < 0);
        if (above is not null)
            range = data.Keys.Where(k => string.Compare(k.NameFolded, above) > 0 && string.Compare(k.NameFolded, high) < 0);
        return range.OrderBy(k => k.NameFolded).ThenBy(k => k.Id);
    }

    internal IQueryable<string> WithPublicId(string beginning) =>
        data.KeyCredentials.Where(c => string.Compare(c.PublicId, beginning) >= 0 && string.Compare(c.PublicId, beginning + "{") < 0).OrderBy(c => c.PublicId).Select(c => c.KeyId);

    internal IQueryable<KeyRow> SameName(KeyRow after) =>
        data.Keys.Where(k => k.NameFolded == after.NameFolded && string.Compare(k.Id, after.Id) > 0).OrderBy(k => k.NameFolded).ThenBy(k => k.Id);

    private async Task<KeyPage> LedAsync(KeyFilter by, string? after)
    {
        var keys = await Led(by, after).ToListAsync(cancellationToken);
        if (keys.Count > limit)
            return new KeyPage(keys[..limit], keys[limit - 1].Id);
        return new KeyPage(keys, by.HasMoreThan(by.Lead) ? await LedPlace(by, after).FirstOrDefaultAsync(cancellationToken) : null);
    }

    // A join would leave the order of the tables to the database, and which one is the large one is not known to it.
    private async Task<KeyPage> TaggedAsync(string tag, string? after)
    {
        var keys = new List<KeyRow>();
        for (var lookedAt = 0; lookedAt < TagsLookedAtMax; lookedAt += TagsAtOnce)
        {
            var ids = await TagRows(tag, after).Take(TagsAtOnce).Select(t => t.KeyId).ToListAsync(cancellationToken);
            if (ids.Count > 0)
                keys.AddRange((await Among(ids).ToListAsync(cancellationToken)).OrderByDescending(k => k.Id, StringComparer.Ordinal));
            if (keys.Count > limit)
                return new KeyPage(keys[..limit], keys[limit - 1].Id);
            if (ids.Count < TagsAtOnce)
                return new KeyPage(keys, null);
            after = ids[^1];
        }

        return new KeyPage(keys, after);
    }

    private async Task<KeyPage> NamedAsync(IQueryable<KeyRow> found)
    {
        if (filter is { Tag: null } && !filter.HasMoreThan(KeyLead.All))
        {
            var all = await found.Take(limit + 1).ToListAsync(cancellationToken);
            return all.Count > limit ? new KeyPage(all[..limit], all[limit - 1].Id) : new KeyPage(all, null);
        }

        var keys = await Filtered(found.Take(LookedAtMax)).OrderBy(k => k.NameFolded).ThenBy(k => k.Id).Take(limit + 1).ToListAsync(cancellationToken);
        return keys.Count > limit ? new KeyPage(keys[..limit], keys[limit - 1].Id) : new KeyPage(keys, await found.Skip(LookedAtMax - 1).Select(k => k.Id).FirstOrDefaultAsync(cancellationToken));
    }

    private IQueryable<KeyRow> Filtered(IQueryable<KeyRow> keys)
    {
        keys = filter.Rest(keys, nowMs);
        return filter.Tag is { } tag ? keys.Where(k => data.KeyTags.Any(t => t.KeyId == k.Id && t.Tag == tag)) : keys;
    }

    internal IOrderedQueryable<KeyTagRow> TagRows(string tag, string? after)
    {
        var tags = data.KeyTags.Where(t => t.Tag == tag);
        if (after is not null)
            tags = tags.Where(t => string.Compare(t.KeyId, after) < 0);
        return tags.OrderByDescending(t => t.KeyId);
    }

    private static IQueryable<KeyRow> After(IQueryable<KeyRow> keys, string? after) => after is null ? keys : keys.Where(k => string.Compare(k.Id, after) < 0);
}
