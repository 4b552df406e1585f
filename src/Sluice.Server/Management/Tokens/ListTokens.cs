using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Tokens;

internal static class ListTokens
{
    public static readonly Operation Operation = new()
    {
        Name = "listTokens",
        Method = "GET",
        Path = "/tokens",
        Permission = null,
        Summary = "List management tokens, newest first",
        Description = "The caller's own in the organisation that the call acts in; with `tokens.read` everybody's and the organisation's own.",
        Query =
        [
            .. PageQuery.Parameters,
            new("accountId", "Tokens of this person only."),
            new("status", "`active` for those that work; all where left out.", TokenStatuses.Active),
        ],
        Answer = typeof(Page<TokenAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Token, place));
        var accountId = call.Query.Text("accountId", 64);
        var status = call.Query.OneOf("status", TokenStatuses.Active);
        if (call.Refused() is { } refusal)
            return refusal;
        var tokens = TokenView.Seen(call);
        if (page.After is { } after)
            tokens = tokens.Where(t => string.Compare(t.Id, after) < 0);
        if (accountId is not null)
            tokens = tokens.Where(t => t.AccountId == accountId);
        if (status is not null)
            tokens = tokens.Working(call.NowMs);
        var rows = await tokens.OrderByDescending(t => t.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<TokenAnswer>
        {
            Data = [.. rows.Take(page.Limit).Select(t => TokenView.Of(t, call.NowMs))],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }
}
