using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>What keys can be sorted by.</summary>
internal enum KeySort { Created, Name, LastUsed, Expires }

/// <summary>
/// Lists keys in an order of one's own. Each order is that of an index, which is walked along for a bounded number of rows; everything else is asked of these. Keys
/// without an expiry come last whichever way; keys that were never used come before those used long ago, and after those used lately.
/// </summary>
/// <param name="unusedSinceMs">Keys only that are older than this and were not used since; <see langword="null"/> for all.</param>
internal sealed class SortedKeyPages(OrganisationScope data, KeyFilter filter, KeySort sort, bool descending, string? nameBegins, long? unusedSinceMs, int limit, long nowMs, CancellationToken cancellationToken)
{
    // Ids of keys that were used, fetched at once.
    private const int UsesAtOnce = 500;
    private const string Without = "-";

    /// <summary>A place in the order: the value that is sorted by and the id, or for keys without a value the id alone.</summary>
    public static bool IsPlace(string place) => TryPlace(place, out _, out _);

    /// <param name="place">Of the page before, or <see langword="null"/>.</param>
    public async Task<KeyPage> ReadAsync(string? place)
    {
        var (after, id) = (default(long?), "");
        if (place is not null) TryPlace(place, out after, out id);
        var valuesFirst = sort is not KeySort.LastUsed || descending;
        switch (sort)
        {
            case KeySort.Created:
                return await WalkAsync(ByCreation(place is null ? null : id), static k => Place(null, k.Id), limit);
            case KeySort.Name:
                return await WalkAsync(ByName(place is null ? null : await data.Keys.SingleOrDefaultAsync(k => k.Id == id, cancellationToken)), static k => Place(null, k.Id), limit);
            default:
                var inValues = place is null ? valuesFirst : after is not null;
                var first = inValues ? await ValuesAsync(after, id, limit) : await WithoutAsync(place is null ? null : id, limit);
                if (first.Next is not null || inValues != valuesFirst)
                    return first;
                // What is left of the page is filled from the other part of the order.
                var rest = inValues ? await WithoutAsync(null, limit - first.Keys.Count + 1) : await ValuesAsync(null, "", limit - first.Keys.Count + 1);
                List<KeyRow> keys = [.. first.Keys, .. rest.Keys];
                return keys.Count <= limit ? new KeyPage(keys, rest.Next)
                    : new KeyPage(keys[..limit], first.Keys.Count == limit ? inValues ? await PlaceOfAsync(keys[limit - 1]) : Place(null, keys[limit - 1].Id) : await PlaceOfAsync(keys[limit - 1]));
        }
    }

    internal IQueryable<KeyRow> ByCreation(string? after)
    {
        var keys = data.Keys;
        if (descending)
            return (after is null ? keys : keys.Where(k => string.Compare(k.Id, after) < 0)).OrderByDescending(k => k.Id);
        return (after is null ? keys : keys.Where(k => string.Compare(k.Id, after) > 0)).OrderBy(k => k.Id);
    }

    internal IQueryable<KeyRow> ByName(KeyRow? after)
    {
        var keys = data.Keys;
        if (nameBegins is not null)
        {
            var (low, high) = KeyPages.NameRange(nameBegins);
            keys = keys.Where(k => string.Compare(k.NameFolded, low) >= 0 && string.Compare(k.NameFolded, high) < 0);
        }

        if (descending)
        {
            if (after is not null)
                keys = keys.Where(k => string.Compare(k.NameFolded, after.NameFolded) <= 0 && (string.Compare(k.NameFolded, after.NameFolded) < 0 || string.Compare(k.Id, after.Id) < 0));
            return keys.OrderByDescending(k => k.NameFolded).ThenByDescending(k => k.Id);
        }

        if (after is not null)
            keys = keys.Where(k => string.Compare(k.NameFolded, after.NameFolded) >= 0 && (string.Compare(k.NameFolded, after.NameFolded) > 0 || string.Compare(k.Id, after.Id) > 0));
        return keys.OrderBy(k => k.NameFolded).ThenBy(k => k.Id);
    }

    internal IQueryable<KeyRow> ByExpiry(long? after, string id)
    {
        var keys = data.Keys.Where(k => k.ExpiresAtMs != null);
        if (descending)
        {
            if (after is not null)
                keys = keys.Where(k => k.ExpiresAtMs <= after && (k.ExpiresAtMs < after || string.Compare(k.Id, id) < 0));
            return keys.OrderByDescending(k => k.ExpiresAtMs).ThenByDescending(k => k.Id);
        }

        if (after is not null)
            keys = keys.Where(k => k.ExpiresAtMs >= after && (k.ExpiresAtMs > after || string.Compare(k.Id, id) > 0));
        return keys.OrderBy(k => k.ExpiresAtMs).ThenBy(k => k.Id);
    }

    internal IQueryable<KeyUseRow> ByUse(long? after, string id)
    {
        // The condition is that of the index, and holds for all.
        var uses = data.KeyUses.Where(u => u.LastUsedAtMs > 0);
        if (descending)
        {
            if (after is not null)
                uses = uses.Where(u => u.LastUsedAtMs <= after && (u.LastUsedAtMs < after || string.Compare(u.KeyId, id) < 0));
            return uses.OrderByDescending(u => u.LastUsedAtMs).ThenByDescending(u => u.KeyId);
        }

        if (after is not null)
            uses = uses.Where(u => u.LastUsedAtMs >= after && (u.LastUsedAtMs > after || string.Compare(u.KeyId, id) > 0));
        return uses.OrderBy(u => u.LastUsedAtMs).ThenBy(u => u.KeyId);
    }

    /// <summary>Keys that have no value to sort by, by their ids.</summary>
    internal IQueryable<KeyRow> WithoutValue(string? after)
    {
        if (sort is KeySort.Expires)
            return ByCreation(after).Where(k => k.ExpiresAtMs == null);
        return ByCreation(after);
    }

    private async Task<KeyPage> ValuesAsync(long? after, string id, int wanted)
    {
        if (sort is KeySort.Expires)
            return await WalkAsync(ByExpiry(after, id), static k => Place(k.ExpiresAtMs, k.Id), wanted);
        var keys = new List<(KeyRow Key, long At)>();
        for (var lookedAt = 0; lookedAt < KeyPages.LookedAtMax; lookedAt += UsesAtOnce)
        {
            var uses = await ByUse(after, id).Take(UsesAtOnce).Select(u => new { u.KeyId, u.LastUsedAtMs }).ToListAsync(cancellationToken);
            var ids = uses.Select(u => u.KeyId).ToList();
            var found = await Fitting(data.Keys.Where(k => ids.Contains(k.Id))).ToDictionaryAsync(k => k.Id, cancellationToken);
            keys.AddRange(uses.Where(u => found.ContainsKey(u.KeyId)).Select(u => (found[u.KeyId], u.LastUsedAtMs)));
            if (keys.Count > wanted)
                return new KeyPage([.. keys.Take(wanted).Select(k => k.Key)], Place(keys[wanted - 1].At, keys[wanted - 1].Key.Id));
            if (uses.Count < UsesAtOnce)
                return new KeyPage([.. keys.Select(k => k.Key)], null);
            (after, id) = (uses[^1].LastUsedAtMs, uses[^1].KeyId);
        }

        return new KeyPage([.. keys.Select(k => k.Key)], Place(after, id));
    }

    private Task<KeyPage> WithoutAsync(string? after, int wanted) => WalkAsync(WithoutValue(after), static k => Place(null, k.Id), wanted, neverUsed: sort is KeySort.LastUsed);

    private async Task<KeyPage> WalkAsync(IQueryable<KeyRow> walked, Func<KeyRow, string> placeOf, int wanted, bool neverUsed = false)
    {
        var looked = walked.Take(KeyPages.LookedAtMax);
        var fitting = Fitting(neverUsed ? looked.Where(k => !data.KeyUses.Any(u => u.KeyId == k.Id)) : looked);
        var keys = await InOrder(fitting).Take(wanted + 1).ToListAsync(cancellationToken);
        if (keys.Count > wanted)
            return new KeyPage(keys[..wanted], placeOf(keys[wanted - 1]));
        return new KeyPage(keys, await walked.Skip(KeyPages.LookedAtMax - 1).FirstOrDefaultAsync(cancellationToken) is { } last ? placeOf(last) : null);
    }

    private IQueryable<KeyRow> InOrder(IQueryable<KeyRow> keys) => (sort, descending) switch
    {
        (KeySort.Name, false) => keys.OrderBy(k => k.NameFolded).ThenBy(k => k.Id),
        (KeySort.Name, true) => keys.OrderByDescending(k => k.NameFolded).ThenByDescending(k => k.Id),
        (KeySort.Expires, false) => keys.OrderBy(k => k.ExpiresAtMs).ThenBy(k => k.Id),
        (KeySort.Expires, true) => keys.OrderByDescending(k => k.ExpiresAtMs).ThenByDescending(k => k.Id),
        (_, false) => keys.OrderBy(k => k.Id),
        _ => keys.OrderByDescending(k => k.Id),
    };

    private IQueryable<KeyRow> Fitting(IQueryable<KeyRow> keys)
    {
        keys = filter.Rest(keys, nowMs);
        if (filter.Tag is { } tag)
            keys = keys.Where(k => data.KeyTags.Any(t => t.KeyId == k.Id && t.Tag == tag));
        if (unusedSinceMs is { } since)
            keys = keys.Where(k => k.CreatedAtMs < since && !data.KeyUses.Any(u => u.KeyId == k.Id && u.LastUsedAtMs >= since));
        if (nameBegins is null || sort is KeySort.Name)
            return keys;
        var (low, high) = KeyPages.NameRange(nameBegins);
        return keys.Where(k => string.Compare(k.NameFolded, low) >= 0 && string.Compare(k.NameFolded, high) < 0);
    }

    private async Task<string> PlaceOfAsync(KeyRow key) => Place(sort is KeySort.Expires ? key.ExpiresAtMs
        : await data.KeyUses.Where(u => u.KeyId == key.Id).Select(u => (long?)u.LastUsedAtMs).SingleOrDefaultAsync(cancellationToken), key.Id);

    private static string Place(long? value, string id) => string.Create(CultureInfo.InvariantCulture, $"{(value is { } some ? some.ToString(CultureInfo.InvariantCulture) : Without)}:{id}");

    private static bool TryPlace(string place, out long? value, out string id)
    {
        (value, id) = (null, "");
        var colon = place.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !ObjectId.Fits(ObjectId.Key, place[(colon + 1)..]))
            return false;
        id = place[(colon + 1)..];
        if (place[..colon] == Without)
            return true;
        var read = long.TryParse(place.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        value = number;
        return read;
    }
}
