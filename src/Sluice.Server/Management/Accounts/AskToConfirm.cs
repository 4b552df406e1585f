using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class AskToConfirm
{
    public static readonly Operation Operation = new()
    {
        Name = "askToConfirm",
        Method = "POST",
        Path = "/me/confirm/options",
        Permission = null,
        NeedsPerson = true,
        Summary = "Get what a browser needs to prove with a passkey who you are",
        Description = "Good for five minutes and one answer.",
        Answer = typeof(PasskeyQuestionAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Caller.SessionId is not { } session)
            return new Refusal(ErrorCodes.PermissionDenied, "Only a session can be confirmed; this is a token.");
        var question = await call.Tools.Accounts.Passkeys.AskToSignAsync(call.Accounts.Context, await AccountView.MeAsync(call), session, call.Now);
        return new Answer(new PasskeyQuestionAnswer { State = question.State, PublicKey = Passkeys.Json(question.OptionsJson) });
    }
}
