using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Tickets;

internal static class ReadTickets
{
    private static readonly QueryParameter Status = new("status", "Tickets with this status only.", TicketStatuses.Open, TicketStatuses.Answered, TicketStatuses.Closed);

    public static readonly Operation List = new()
    {
        Name = "listTickets",
        Method = "GET",
        Path = "/tickets",
        Permission = Permissions.TicketsRead,
        Summary = "List the organisation's tickets, newest first",
        Query = [.. PageQuery.Parameters, Status],
        Answer = typeof(Page<TicketAnswer>),
        Run = ListAsync,
    };

    public static readonly Operation Get = new()
    {
        Name = "getTicket",
        Method = "GET",
        Path = "/tickets/{id}",
        Permission = Permissions.TicketsRead,
        Summary = "Get a ticket with what was said, oldest first",
        Description = "`limit` and `cursor` are those of the messages.",
        Query = PageQuery.Parameters,
        Answer = typeof(TicketAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = GetAsync,
    };

    public static readonly Operation ListSupport = new()
    {
        Name = "listSupportTickets",
        Method = "GET",
        Path = "/support/tickets",
        Permission = Permissions.InstallationTickets,
        Summary = "List tickets of all organisations, oldest first",
        Query =
        [
            .. PageQuery.Parameters,
            new("status", "Tickets with this status; those that wait for support (`open`) where left out.", TicketStatuses.Open, TicketStatuses.Answered, TicketStatuses.Closed),
            new("priority", "Tickets of this priority only.", TicketPriorities.High, TicketPriorities.Normal),
            new("organisationId", "Tickets of this organisation only."),
        ],
        Answer = typeof(Page<TicketAnswer>),
        Run = ListSupportAsync,
    };

    public static readonly Operation GetSupport = new()
    {
        Name = "getSupportTicket",
        Method = "GET",
        Path = "/support/tickets/{id}",
        Permission = Permissions.InstallationTickets,
        Summary = "Get a ticket of any organisation with what was said, oldest first",
        Description = "`limit` and `cursor` are those of the messages.",
        Query = PageQuery.Parameters,
        Answer = typeof(TicketAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = GetSupportAsync,
    };

    private static async ValueTask<Outcome> ListAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Ticket, place));
        var status = call.Query.OneOf("status", TicketStatuses.Open, TicketStatuses.Answered, TicketStatuses.Closed);
        if (call.Refused() is { } refusal)
            return refusal;
        var tickets = call.Data.Tickets;
        if (page.After is { } after)
            tickets = tickets.Where(t => string.Compare(t.Id, after) < 0);
        if (status is not null)
            tickets = tickets.Where(t => t.Status == status);
        var rows = await tickets.OrderByDescending(t => t.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        return new Answer(new Page<TicketAnswer>
        {
            Data = [.. rows.Take(page.Limit).Select(static r => TicketView.Of(r))],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(rows[page.Limit - 1].Id) : null,
        });
    }

    private static async ValueTask<Outcome> GetAsync(OperationCall call)
    {
        var page = TicketView.MessagePage(call);
        if (call.Refused() is { } refusal)
            return refusal;
        return await call.Data.Tickets.SingleOrDefaultAsync(t => t.Id == call.Id, call.CancellationToken) is { } row
            ? new Answer(TicketView.Of(row) with { Messages = await TicketView.MessagesAsync(call, row.Id, page, support: false) }, Version: row.UpdatedAtMs)
            : Outcome.NotFound;
    }

    private static async ValueTask<Outcome> ListSupportAsync(OperationCall call)
    {
        var page = PageQuery.From(call.Query, static place => ObjectId.Fits(ObjectId.Ticket, place));
        var status = call.Query.OneOf("status", TicketStatuses.Open, TicketStatuses.Answered, TicketStatuses.Closed) ?? TicketStatuses.Open;
        var priority = call.Query.OneOf("priority", TicketPriorities.High, TicketPriorities.Normal);
        var organisationId = call.Query.Text("organisationId", 64);
        if (call.Refused() is { } refusal)
            return refusal;
        var tickets = call.Installation.Tickets.Where(t => t.Status == status);
        if (page.After is { } after)
            tickets = tickets.Where(t => string.Compare(t.Id, after) > 0);
        if (priority is not null)
            tickets = tickets.Where(t => t.Priority == priority);
        if (organisationId is not null)
            tickets = tickets.Where(t => t.OrganisationId == organisationId);
        var rows = await tickets.OrderBy(t => t.Id).Take(page.Limit + 1).ToListAsync(call.CancellationToken);
        var shown = rows.Take(page.Limit).ToList();
        var ids = shown.Select(static t => t.OrganisationId).Distinct().ToList();
        var names = await call.Installation.Organisations.Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id, o => o.Name, call.CancellationToken);
        return new Answer(new Page<TicketAnswer>
        {
            Data = [.. shown.Select(r => TicketView.Of(r, names.GetValueOrDefault(r.OrganisationId)))],
            NextCursor = rows.Count > page.Limit ? PageQuery.Cursor(shown[^1].Id) : null,
        });
    }

    private static async ValueTask<Outcome> GetSupportAsync(OperationCall call)
    {
        var page = TicketView.MessagePage(call);
        if (call.Refused() is { } refusal)
            return refusal;
        if (await call.Installation.Tickets.SingleOrDefaultAsync(t => t.Id == call.Id, call.CancellationToken) is not { } row)
            return Outcome.NotFound;
        var name = await call.Installation.Organisations.Where(o => o.Id == row.OrganisationId).Select(o => o.Name).SingleAsync(call.CancellationToken);
        return new Answer(TicketView.Of(row, name) with { Messages = await TicketView.MessagesAsync(call, row.Id, page, support: true) }, Version: row.UpdatedAtMs);
    }
}
