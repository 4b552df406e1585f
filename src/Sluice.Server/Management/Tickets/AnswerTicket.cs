using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tickets;

/// <summary>Both sides write to a ticket. The organisation opens a closed one again by that, for a while.</summary>
internal static class AnswerTicket
{
    public const int ReopenDays = 14;

    public static readonly Operation AsOrganisation = new()
    {
        Name = "answerTicket",
        Method = "POST",
        Path = "/tickets/{id}/messages",
        Permission = Permissions.TicketsWrite,
        Summary = "Write to a ticket",
        Description = "The ticket waits for support then; one that was closed within the last 14 days is opened again.",
        Body = typeof(TicketMessageBody),
        BodyExample = """{"text":"It happens with streamed answers only."}""",
        Answer = typeof(TicketMessageAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = call => RunAsync(call, call.Data.Tickets, support: false),
    };

    public static readonly Operation AsSupport = new()
    {
        Name = "answerSupportTicket",
        Method = "POST",
        Path = "/support/tickets/{id}/messages",
        Permission = Permissions.InstallationTickets,
        Summary = "Answer a ticket",
        Description = "The ticket is answered then. A closed one is opened again by its organisation alone.",
        Body = typeof(TicketMessageBody),
        BodyExample = """{"text":"The upstream was restarted. Does it still happen?"}""",
        Answer = typeof(TicketMessageAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = call => RunAsync(call, call.Installation.Tickets, support: true),
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call, IQueryable<TicketRow> tickets, bool support)
    {
        var text = call.Body.Lines("text", TicketView.TextCharsMax, required: true);
        var ticket = await tickets.SingleOrDefaultAsync(t => t.Id == call.Id, call.CancellationToken);
        if (ticket is null)
            return Outcome.NotFound;
        if (call.Refused() is { } refusal)
            return refusal;
        if (ticket.Status == TicketStatuses.Closed && (support || ticket.ClosedAtMs + (long)TimeSpan.FromDays(ReopenDays).TotalMilliseconds <= call.NowMs))
        {
            return new Refusal(ErrorCodes.Conflict, support
                ? "The ticket is closed. Its organisation can open it again by answering."
                : $"The ticket was closed more than {ReopenDays} days ago. Open a new one, and name this one in it.");
        }

        if (await (support ? call.Installation.TicketMessages : call.Data.TicketMessages).CountAsync(m => m.TicketId == ticket.Id, call.CancellationToken) >= TicketView.MessagesMax)
            return new Refusal(ErrorCodes.Conflict, $"The ticket has {TicketView.MessagesMax} messages, which is the most there can be. Open a new one.");
        var message = TicketView.Message(call, ticket, support, text!);
        if (support) call.Installation.Add(message);
        else call.Data.Add(message);
        var reopened = ticket.Status == TicketStatuses.Closed;
        (ticket.Status, ticket.ClosedAtMs, ticket.UpdatedAtMs) = (support ? TicketStatuses.Answered : TicketStatuses.Open, null, call.Touch(ticket.UpdatedAtMs));
        call.AuditIn(ticket.OrganisationId, support ? "ticket.answer" : "ticket.message", ticket.Id, ("messageId", message.Id), ("reopened", reopened));
        await (support ? TicketNotices.ToOrganisationAsync(call, ticket, isClosed: false) : TicketNotices.ToSupportAsync(call, ticket, isNew: false));
        return new Answer(TicketView.Of(message, support, await call.Accounts.Me.Select(a => a.Name).SingleOrDefaultAsync(call.CancellationToken)), OperationCall.Path(support ? "support/tickets" : "tickets", ticket.Id));
    }
}
