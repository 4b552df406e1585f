using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class AskForPasskey
{
    public static readonly Operation Operation = new()
    {
        Name = "askForPasskey",
        Method = "POST",
        Path = "/me/passkeys/options",
        Permission = null,
        NeedsPerson = true,
        Summary = "Get what a browser needs to make a passkey",
        Description = "Good for five minutes and one answer. Needs a session that was confirmed within 15 minutes.",
        Answer = typeof(PasskeyQuestionAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (AccountView.NotFresh(call) is { } old)
            return old;
        var question = await call.Tools.Accounts.Passkeys.AskToCreateAsync(call.Accounts.Context, await AccountView.MeAsync(call), call.Caller.SessionId!, call.Now);
        return new Answer(new PasskeyQuestionAnswer { State = question.State, PublicKey = Passkeys.Json(question.OptionsJson) });
    }
}
