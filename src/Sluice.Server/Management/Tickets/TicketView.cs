using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tickets;

internal static class TicketView
{
    public const int SubjectCharsMax = 200;
    public const int TextCharsMax = 10_000;
    public const int MessagesMax = 1000;

    public static TicketAnswer Of(TicketRow row, string? organisationName = null) => new()
    {
        Id = row.Id,
        OrganisationId = row.OrganisationId,
        OrganisationName = organisationName,
        Subject = row.Subject,
        Status = row.Status,
        Priority = row.Priority,
        CreatedAt = At(row.CreatedAtMs),
        CreatedBy = row.CreatedBy,
        UpdatedAt = At(row.UpdatedAtMs),
        ClosedAt = row.ClosedAtMs is { } closed ? At(closed) : null,
    };

    /// <summary>A page of what was said, oldest first.</summary>
    /// <param name="support">Whether support reads it: the organisation is not shown who of the operator's people answered.</param>
    public static async Task<Page<TicketMessageAnswer>> MessagesAsync(OperationCall call, string ticketId, PageQuery page, bool support)
    {
        var messages = (support ? call.Installation.TicketMessages : call.Data.TicketMessages).AsNoTracking().Where(m => m.TicketId == ticketId);
        if (page.After is { } after)
            messages = messages.Where(m => string.Compare(m.Id, after) > 0);
        var rows = await messages.OrderBy(m => m.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        var shown = rows.Take(page.Limit).ToList();
        var authors = shown.Where(m => support || !m.FromSupport).Select(m => m.AuthorId).Distinct().ToList();
        var names = await call.Accounts.Everybody.AsNoTracking().Where(a => authors.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.Name, call.CancellationToken);
        return new Page<TicketMessageAnswer>
        {
            Data = [.. shown.Select(m => Of(m, support, names.GetValueOrDefault(m.AuthorId)))],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(shown[^1].Id) : null,
        };
    }

    public static PageQuery MessagePage(OperationCall call) => PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.TicketMessage, place));

    public static TicketMessageAnswer Of(TicketMessageRow row, bool support, string? name)
    {
        var isShown = support || !row.FromSupport;
        return new TicketMessageAnswer { Id = row.Id, FromSupport = row.FromSupport, AuthorId = isShown ? row.AuthorId : null, AuthorName = isShown ? name : null, Text = row.Text, CreatedAt = At(row.CreatedAtMs) };
    }

    public static TicketMessageRow Message(OperationCall call, TicketRow ticket, bool fromSupport, string text) => new()
    {
        Id = ObjectId.New(ObjectId.TicketMessage, call.Now), TicketId = ticket.Id, OrganisationId = ticket.OrganisationId, AuthorId = call.Caller.AccountId ?? call.Caller.ActorId, FromSupport = fromSupport, Text = text, CreatedAtMs = call.NowMs,
    };

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);
}
