using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class SignInWithPasskey
{
    public static readonly Operation Operation = new()
    {
        Name = "signInWithPasskey",
        Method = "POST",
        Path = "/sessions/passkey",
        Permission = null,
        Open = "Whoever signs in is not known yet.",
        Summary = "Sign in with a passkey",
        Description = "Begins a session; its token is in the answer, for `Authorization: Bearer`. A passkey stands for both factors.",
        Body = typeof(PasskeySignInBody),
        BodyExample = """{"state":"…","credential":{"id":"…","type":"public-key","response":{}}}""",
        Answer = typeof(SignedInAnswer),
        Status = StatusCodes.Status201Created,
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var state = call.Body.Text("state", PasskeyView.StateCharsMax, required: true);
        var credential = call.Body.RawObject("credential", PasskeyView.CredentialCharsMax, required: true);
        _ = call.Body.OneOf("deliver", AccountView.Deliveries);
        if (call.Refused() is { } refusal)
            return refusal;
        var (db, tools) = (call.Accounts.Context, call.Tools.Accounts);
        if (tools.Sessions.Closed(SignInMethods.Passkey) is { } closed)
            return closed;
        if (await tools.Passkeys.SignedByAsync(db, AskToSignIn.Anybody, state!, credential!, call.Now, call.CancellationToken) is not { } account)
        {
            call.Audit("session.refuse", "unknown", ("method", SignInMethods.Passkey));
            return Outcome.Kept(new Refusal(ErrorCodes.InvalidCredentials, "The passkey is not known here, or its answer does not hold. Ask for a new question and try again."));
        }

        var started = await tools.Sessions.StartAsync(db, account, SignInMethods.Passkey, secondFactor: true, call.ClientIp, call.UserAgent, call.Now, call.CancellationToken);
        if (started.Refusal is { } forbidden)
        {
            call.Audit("session.refuse", account.Id, ("method", SignInMethods.Passkey));
            return Outcome.Kept(forbidden);
        }

        return AccountView.SignedIn(call, account, started);
    }
}
