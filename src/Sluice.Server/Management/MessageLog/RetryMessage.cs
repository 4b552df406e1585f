using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.MessageLog;

internal static class RetryMessage
{
    public static readonly Operation Operation = new()
    {
        Name = "retryMessage",
        Method = "POST",
        Path = "/outbox/{id}/retry",
        Permission = Permissions.InstallationOutbox,
        Summary = "Send a message that was held or failed, now",
        Answer = typeof(MessageAnswer),
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var row = await call.Installation.Outbox.SingleOrDefaultAsync(m => m.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (row.Status == "sent" || row.SealedBody is null)
            return new Refusal(ErrorCodes.Conflict, "The message was sent already, and its text is not kept.");
        if (row.ClaimedUntilMs > call.NowMs)
            return new Refusal(ErrorCodes.Conflict, "The message is being sent right now. Look again in a few minutes.");
        if (!call.Tools.Channels.CanSend(row.Channel))
            return new Refusal(ErrorCodes.Conflict, $"There is no channel for it: set up {(row.Channel == "sms" ? "Sluice:Sms" : "Sluice:Mail:Smtp")} first.");

        row.Status = "pending";
        row.Attempts = 0;
        row.ClaimedUntilMs = null;
        row.NextAttemptAtMs = call.NowMs;
        call.Audit("message.retry", row.Id, ("kind", row.Kind));
        call.Tools.Outbox.Wake();
        return new Answer(MessageView.Of(row));
    }
}
