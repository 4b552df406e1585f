using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tickets;

internal static class OpenTicket
{
    private const int OpenMax = 100;

    public static readonly Operation Operation = new()
    {
        Name = "openTicket",
        Method = "POST",
        Path = "/tickets",
        Permission = Permissions.TicketsWrite,
        Summary = "Open a ticket with the operator's support",
        Description = "For organisations whose tier has support: verified enterprises, unless the operator changed that.",
        Body = typeof(TicketBody),
        BodyExample = """{"subject":"Answers are cut off","text":"Since this morning about one answer in ten ends in the middle.\nRequest ids: req_…"}""",
        Answer = typeof(TicketAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var subject = call.Body.Text("subject", TicketView.SubjectCharsMax, required: true);
        var text = call.Body.Lines("text", TicketView.TextCharsMax, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        var tier = await TierLimits.OfCallerAsync(call);
        if (!tier.Support && !call.Caller.IsOperator)
        {
            return new Refusal(ErrorCodes.PermissionDenied,
                $"The tier '{tier.Name}' of the organisation has no support channel; it comes with enterprise verification. Apply for that with POST {OperationCall.Path("enterprise-applications", "").TrimEnd('/')}, or write to whoever runs this installation.");
        }

        if (await call.Data.Tickets.CountAsync(t => t.Status != TicketStatuses.Closed, call.CancellationToken) >= OpenMax)
            return new Refusal(ErrorCodes.Conflict, $"The organisation has {OpenMax} tickets that are not closed, which is the most there can be. Close some.");
        var row = new TicketRow
        {
            Id = ObjectId.New(ObjectId.Ticket, call.Now), OrganisationId = call.Caller.OrganisationId, Subject = subject!, Status = TicketStatuses.Open,
            Priority = call.Caller.IsOperator ? TicketPriorities.Normal : TicketPriorities.High, CreatedAtMs = call.NowMs, CreatedBy = call.Caller.AccountId ?? call.Caller.ActorId, UpdatedAtMs = call.NowMs,
        };
        var message = TicketView.Message(call, row, fromSupport: false, text!);
        call.Data.Add(row);
        call.Data.Add(message);
        call.Audit("ticket.open", row.Id, ("priority", row.Priority), ("messageId", message.Id));
        await TicketNotices.ToSupportAsync(call, row, isNew: true);
        return new Answer(TicketView.Of(row), OperationCall.Path("tickets", row.Id), row.UpdatedAtMs);
    }
}
