using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

internal static class ListKeys
{
    private const string NoOwner = "none";
    private const int PublicIdCharsMin = 4;

    public static readonly Operation Operation = new()
    {
        Name = "listKeys",
        Method = "GET",
        Path = "/keys",
        Permission = Permissions.KeysRead,
        Summary = "List keys, newest first or in another order; found by a search, in the order of their names",
        Description = "With several filters a bounded number of keys is looked at for one page: it may hold fewer than `limit`, or none, and still have a `nextCursor`.",
        Query =
        [
            .. PageQuery.Parameters,
            new("search", "Keys whose name begins so, in whatever case and every character taken literally; or the one with this id; or those with a secret that visibly begins so (`sk-slc_test_AbCd`, at most the 12 characters that are shown)."),
            new("projectId", "Keys of this project only."),
            new("kind", "Keys of this kind only.", KeyKinds.Test, KeyKinds.Production),
            new("status", "Keys with this status only.", KeyStatuses.Active, KeyStatuses.Disabled, KeyStatuses.Expired, KeyStatuses.Revoked),
            new("ownerId", "Keys of this person only; `none` for service keys."),
            new("tag", "Keys with this tag only."),
            new("unusedDays", "Keys only that are older than so many days and were not used since, 1–3650."),
            new("sort", "What is sorted by; `created` where left out, and for a search by name `name`. Keys without an expiry come last; keys that were never used count as used before all others.", "created", "name", "lastUsed", "expires"),
            new("order", "`desc` where left out for `created` and `lastUsed`, else `asc`.", "asc", "desc"),
        ],
        Answer = typeof(Page<KeyAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Key, place) || SortedKeyPages.IsPlace(place));
        var sort = call.Query.OneOf("sort", "created", "name", "lastUsed", "expires");
        var order = call.Query.OneOf("order", "asc", "desc");
        var unusedDays = call.Query.Whole("unusedDays", 1, 3_650);
        var search = call.Query.Text("search", KeyFields.NameCharsMax);
        var ownerId = call.Query.Text("ownerId", 64);
        var filter = new KeyFilter
        {
            ProjectId = call.Query.Text("projectId", 64),
            Kind = call.Query.OneOf("kind", KeyKinds.Test, KeyKinds.Production),
            Status = call.Query.OneOf("status", KeyStatuses.Active, KeyStatuses.Disabled, KeyStatuses.Expired, KeyStatuses.Revoked),
            OwnerId = ownerId is NoOwner ? "" : ownerId,
            Tag = call.Query.Text("tag", KeyFields.TagCharsMax),
        };
        var publicId = search is null ? null : VisiblePart(call, search);
        var sorted = sort is not null || order is not null || unusedDays is not null;
        // A place in one order means nothing in another.
        if (page.After is { } place && sorted != SortedKeyPages.IsPlace(place))
            call.Query.Refuse("cursor", "'cursor' must be the nextCursor of an earlier answer to the same question, unchanged.");
        if (call.Refused() is { } refusal)
            return refusal;

        var pages = new KeyPages(call.Data, filter, page.Limit, call.NowMs, call.CancellationToken);
        KeyPage found;
        if (search is null && !sorted)
            found = await pages.NewestAsync(page.After);
        else if (publicId is not null)
            found = new KeyPage(await pages.WithSecretAsync(publicId), null);
        else if (search is not null && ObjectId.Fits(ObjectId.Key, search) && await pages.WithIdAsync(search) is { } one)
            found = new KeyPage([one], null);
        else if (sorted)
        {
            var by = sort switch { "name" => KeySort.Name, "lastUsed" => KeySort.LastUsed, "expires" => KeySort.Expires, null when search is not null => KeySort.Name, _ => KeySort.Created };
            var descending = order is null ? by is KeySort.Created or KeySort.LastUsed : order is "desc";
            long? unusedSinceMs = unusedDays is { } days ? call.Now.AddDays(-days).ToUnixTimeMilliseconds() : null;
            found = await new SortedKeyPages(call.Data, filter, by, descending, search, unusedSinceMs, page.Limit, call.NowMs, call.CancellationToken).ReadAsync(page.After);
        }
        else
        {
            var after = page.After is null ? null : await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == page.After, call.CancellationToken);
            if (after is null && page.After is not null)
                call.Query.Refuse("cursor", "'cursor' must be the nextCursor of an earlier answer, unchanged.");
            if (call.Refused() is { } unplaced)
                return unplaced;
            found = await pages.NamedAsync(search!, after);
        }

        return new Answer(new Page<KeyAnswer>
        {
            Data = await KeyView.OfAsync(call, found.Keys),
            NextCursor = found.Next is { } next ? PageQuery.Cursor(next) : null,
        });
    }

    private static string? VisiblePart(OperationCall call, string search)
    {
        if (!KeyPrefix.TryMatch(search, out var purpose, out var length) || purpose is not (KeyPurpose.Test or KeyPurpose.Live))
            return null;
        var rest = search[length..].TrimEnd('…');
        if (rest.Length < PublicIdCharsMin || !rest.All(char.IsAsciiLetterOrDigit))
            call.Query.Refuse("search", $"'search' by a visible beginning needs at least {PublicIdCharsMin} characters after '{search[..length]}', letters and digits only.");
        return rest;
    }
}
