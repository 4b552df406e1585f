using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tickets;

internal static class CloseTicket
{
    public static readonly Operation AsOrganisation = new()
    {
        Name = "closeTicket",
        Method = "POST",
        Path = "/tickets/{id}/close",
        Permission = Permissions.TicketsWrite,
        Summary = "Close a ticket",
        Answer = typeof(TicketAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = call => RunAsync(call, call.Data.Tickets, support: false),
    };

    public static readonly Operation AsSupport = new()
    {
        Name = "closeSupportTicket",
        Method = "POST",
        Path = "/support/tickets/{id}/close",
        Permission = Permissions.InstallationTickets,
        Summary = "Close a ticket of any organisation",
        Answer = typeof(TicketAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = call => RunAsync(call, call.Installation.Tickets, support: true),
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call, IQueryable<TicketRow> tickets, bool support)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var ticket = await tickets.SingleOrDefaultAsync(t => t.Id == call.Id, call.CancellationToken);
        if (ticket is null)
            return Outcome.NotFound;
        if (ticket.Status == TicketStatuses.Closed)
            return call.AsItWas(TicketView.Of(ticket));
        (ticket.Status, ticket.ClosedAtMs, ticket.UpdatedAtMs) = (TicketStatuses.Closed, call.NowMs, call.Touch(ticket.UpdatedAtMs));
        call.AuditIn(ticket.OrganisationId, "ticket.close", ticket.Id, ("bySupport", support));
        if (support)
            await TicketNotices.ToOrganisationAsync(call, ticket, isClosed: true);
        return new Answer(TicketView.Of(ticket), Version: ticket.UpdatedAtMs);
    }
}
