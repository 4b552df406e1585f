using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages;

namespace Sluice.Server.Management.MessageLog;

/// <summary>A read that is audited, because what it shows may open somebody's account: so it runs as a write.</summary>
internal static class GetMessage
{
    public static readonly Operation Operation = new()
    {
        Name = "getMessage",
        Method = "GET",
        Path = "/outbox/{id}",
        Permission = Permissions.InstallationOutbox,
        Summary = "Read a message, with its text while it is not sent",
        Description = "The text may hold a link or a code that is meant for the recipient alone; that it was read stands in the audit log.",
        Answer = typeof(MessageAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var row = await call.Installation.Outbox.AsNoTracking().SingleOrDefaultAsync(m => m.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        call.Audit("message.read", row.Id, ("kind", row.Kind), ("status", row.Status));
        return new Answer(MessageView.Of(row, call.Tools.Outbox.BodyOf(row) is { } body ? StoredBody.Read(body).Text : null));
    }
}
