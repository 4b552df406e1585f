using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class AskToSignIn
{
    /// <summary>What questions of strangers are bound to.</summary>
    public const string Anybody = "sign-in";

    public static readonly Operation Operation = new()
    {
        Name = "askToSignIn",
        Method = "POST",
        Path = "/sessions/passkey/options",
        Permission = null,
        Open = "Whoever signs in is not known yet.",
        Summary = "Get what a browser needs to sign in with a passkey",
        Description = "Good for five minutes and one answer. It is the same for everybody, so it tells nothing about anybody.",
        Answer = typeof(PasskeyQuestionAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Tools.Accounts.Sessions.Closed(SignInMethods.Passkey) is { } closed)
            return closed;
        var question = await call.Tools.Accounts.Passkeys.AskToSignAsync(call.Accounts.Context, null, Anybody, call.Now);
        return new Answer(new PasskeyQuestionAnswer { State = question.State, PublicKey = Passkeys.Json(question.OptionsJson) });
    }
}
