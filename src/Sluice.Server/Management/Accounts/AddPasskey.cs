using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;

namespace Sluice.Server.Management.Accounts;

internal static class AddPasskey
{
    public static readonly Operation Operation = new()
    {
        Name = "addPasskey",
        Method = "POST",
        Path = "/me/passkeys",
        Permission = null,
        NeedsPerson = true,
        Summary = "Add a passkey",
        Description = "Needs a session that was confirmed within 15 minutes.",
        Body = typeof(PasskeyBody),
        BodyExample = """{"name":"Laptop","state":"…","credential":{"id":"…","type":"public-key","response":{}}}""",
        Answer = typeof(PasskeyAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var name = call.Body.Text("name", PasskeyView.NameCharsMax, required: true);
        var state = call.Body.Text("state", PasskeyView.StateCharsMax, required: true);
        var credential = call.Body.RawObject("credential", PasskeyView.CredentialCharsMax, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        if (AccountView.NotFresh(call) is { } old)
            return old;
        var (db, tools, me) = (call.Accounts.Context, call.Tools.Accounts, await AccountView.MeAsync(call));
        if (await call.Accounts.MyPasskeys.CountAsync(call.CancellationToken) >= Passkeys.CountMax)
            return new Refusal(ErrorCodes.Conflict, $"There are {Passkeys.CountMax} passkeys, which is the most there can be.");
        var (passkey, wrong) = await tools.Passkeys.CreateAsync(db, me, call.Caller.SessionId!, state!, credential!, call.Now, call.CancellationToken);
        if (passkey is null)
            return Refusal.Of([new("credential", ErrorCodes.InvalidValue, wrong!)])!;

        passkey.Name = name;
        await tools.Users.StoreOver(db).AddOrUpdatePasskeyAsync(me, passkey, call.CancellationToken);
        var row = db.Passkeys.Local.Single(p => p.CredentialId.AsSpan().SequenceEqual(passkey.CredentialId));
        call.Audit("account.passkey_add", me.Id, ("passkey", Passkeys.IdOf(row.CredentialId)));
        AccountView.TellOwner(call, me, AccountChange.PasskeyAdded);
        return new Answer(PasskeyView.Of(row));
    }
}
