using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Notices;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Storage;
using Notice = Sluice.Server.Management.Notices.Notice;

namespace Sluice.Server.Management.Tickets;

/// <summary>Tells each side of a ticket what the other said. What was said stays in the ticket.</summary>
internal static class TicketNotices
{
    /// <summary>To the support people who answered in it, or to all of them where nobody has yet.</summary>
    public static async Task ToSupportAsync(OperationCall call, TicketRow ticket, bool isNew)
    {
        var db = call.Accounts.Context;
        var answerers = await db.TicketMessages.Where(m => m.TicketId == ticket.Id && m.FromSupport).Select(m => m.AuthorId).Distinct().ToListAsync(call.CancellationToken);
        var support = await PeopleToTell.OperatorsAsync(db, Permissions.InstallationTickets, call.CancellationToken);
        var concerned = support.Where(p => answerers.Contains(p.AccountId)).ToList();
        var subject = Notice.Name(ticket.Subject);
        var notice = isNew
            ? new Notice("ticket_opened", $"A ticket was opened: \"{subject}\" (priority {ticket.Priority}).", $"有新的工单：“{subject}”（优先级 {ticket.Priority}）。")
            : new Notice("ticket_message", $"There is a new message in the ticket \"{subject}\".", $"工单“{subject}”有新消息。");
        notice.Tell(call, concerned.Count > 0 ? concerned : support, ticket.OrganisationId, ticket.Id, call.Caller.AccountId);
    }

    /// <summary>To whoever opened the ticket and whoever wrote in it, as far as they still may read it.</summary>
    public static async Task ToOrganisationAsync(OperationCall call, TicketRow ticket, bool isClosed)
    {
        var db = call.Accounts.Context;
        var authors = await db.TicketMessages.Where(m => m.TicketId == ticket.Id && !m.FromSupport).Select(m => m.AuthorId).Distinct().ToListAsync(call.CancellationToken);
        var people = (await PeopleToTell.WithAsync(db, ticket.OrganisationId, Permissions.TicketsRead, null, call.CancellationToken)).Where(p => p.AccountId == ticket.CreatedBy || authors.Contains(p.AccountId));
        var subject = Notice.Name(ticket.Subject);
        var notice = isClosed
            ? new Notice("ticket_closed", $"The ticket \"{subject}\" was closed. Answer within {AnswerTicket.ReopenDays} days to open it again.", $"工单“{subject}”已关闭，{AnswerTicket.ReopenDays} 天内回复可重新打开。")
            : new Notice("ticket_answered", $"The ticket \"{subject}\" was answered.", $"工单“{subject}”有新回复。") { Mail = new TicketAnswered(ticket.Subject, ticket.Id, Notice.Link(call, "support")) };
        notice.Tell(call, people, ticket.OrganisationId, ticket.Id, call.Caller.AccountId);
    }
}
