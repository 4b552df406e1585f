using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class RenamePasskey
{
    public static readonly Operation Operation = new()
    {
        Name = "renamePasskey",
        Method = "PATCH",
        Path = "/me/passkeys/{id}",
        Permission = null,
        NeedsPerson = true,
        Summary = "Call a passkey something else",
        Body = typeof(RenamePasskeyBody),
        BodyExample = """{"name":"Old laptop"}""",
        Answer = typeof(PasskeyAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var name = call.Body.Text("name", PasskeyView.NameCharsMax, required: true);
        if (call.Refused() is { } refusal)
            return refusal;
        if (await PasskeyView.FindAsync(call) is not { } row)
            return Outcome.NotFound;
        if (row.Name == name)
            return call.AsItWas(PasskeyView.Of(row));
        row.Name = name!;
        call.Audit("account.passkey_rename", call.Caller.AccountId!, ("passkey", call.Id));
        return new Answer(PasskeyView.Of(row));
    }
}
