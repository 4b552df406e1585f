using Sluice.Contracts.Errors;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Organisations;

/// <summary>What cannot be taken back is done only by somebody who proved moments ago who they are: not by whoever finds an open browser, and never by a token.</summary>
internal static class RecentConfirmation
{
    public static readonly TimeSpan ValidFor = TimeSpan.FromMinutes(15);

    public static Refusal? Missing(OperationCall call)
    {
        if (call.Caller.SessionId is null)
            return new Refusal(ErrorCodes.ConfirmationRequired, "It needs a person's session; a token cannot do this.");
        return call.Caller.ConfirmedAtMs + (long)ValidFor.TotalMilliseconds > call.NowMs
            ? null
            : new Refusal(ErrorCodes.ConfirmationRequired, $"The session was last confirmed more than {ValidFor.TotalMinutes:0} minutes ago. Confirm it, or sign in again, and repeat the call.");
    }
}
