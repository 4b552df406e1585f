using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.RequestLog;

internal static class ListRequests
{
    private const string Newest = "newest";
    private const string Oldest = "oldest";

    public static readonly Operation Operation = new()
    {
        Name = "listRequests",
        Method = "GET",
        Path = "/requests",
        Permission = Permissions.LogsRead,
        Summary = "List calls of the gateway, newest first or oldest first",
        Description = "A search for something rare looks at a bounded number of calls at a time: a page may hold fewer than `limit`, or none, and still have a `nextCursor`, which goes on in the same order. "
            + "How far back and in which projects calls are seen is said by the roles of the caller (`logs.read`); `window` says what that is, and what of the question it cut off.",
        Query =
        [
            .. PageQuery.Parameters,
            .. RequestFilter.Parameters,
            new("from", "Calls begun at this RFC 3339 instant or later."),
            new("to", "Calls begun before this RFC 3339 instant."),
            new("order", "By when calls began; `newest` where left out.", Newest, Oldest),
        ],
        Answer = typeof(RequestPage),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Request, place));
        var (asked, reach) = RequestFilter.Read(call);
        var filter = asked with { FromMs = call.Query.Instant("from")?.ToUnixTimeMilliseconds(), ToMs = call.Query.Instant("to")?.ToUnixTimeMilliseconds() };
        var oldestFirst = call.Query.OneOf("order", Newest, Oldest) is Oldest;
        if (filter.FromMs > filter.ToMs)
            call.Query.Refuse("to", "'to' must not be before 'from'.");
        if (call.Refused() is { } refusal)
            return refusal;

        // Days that nothing can be seen of are not looked at.
        var bounded = reach.EarliestMs is { } earliest && !(filter.FromMs >= earliest) ? filter with { FromMs = earliest } : filter;
        var found = await call.Tools.Records.ListAsync(bounded, page.After, page.Limit, call.CancellationToken, oldestFirst);
        var names = await KeyNamesAsync(call, found.Records.Select(static r => r.KeyId));
        return new Answer(new RequestPage
        {
            Data = [.. found.Records.Select(record => RequestView.Of(record, call.Tools.StagesOf(record.Endpoint)) with { KeyName = record.KeyId is { } key ? names.GetValueOrDefault(key) : null })],
            NextCursor = found.NextCursor is { } next ? PageQuery.Cursor(next) : null,
            Window = reach.Answer(filter.FromMs),
        });
    }

    /// <summary>What the keys of a page are called now.</summary>
    public static Task<Dictionary<string, string>> KeyNamesAsync(OperationCall call, IEnumerable<string?> keyIds)
    {
        var ids = keyIds.OfType<string>().Distinct().ToList();
        return ids.Count == 0 ? Task.FromResult(new Dictionary<string, string>()) : call.Data.Keys.Where(k => ids.Contains(k.Id)).ToDictionaryAsync(static k => k.Id, static k => k.Name, call.CancellationToken);
    }
}
