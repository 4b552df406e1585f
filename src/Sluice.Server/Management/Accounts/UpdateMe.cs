using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class UpdateMe
{
    public static readonly Operation Operation = new()
    {
        Name = "updateMe",
        Method = "PATCH",
        Path = "/me",
        Permission = null,
        NeedsPerson = true,
        Summary = "Change your name or language",
        Body = typeof(UpdateMeBody),
        BodyExample = """{"name":"Ada L.","language":"zh-CN"}""",
        Answer = typeof(AccountAnswer),
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var name = call.Body.Text("name", AccountView.NameCharsMax);
        var language = call.Body.OneOf("language", AccountView.Languages);
        call.Body.RefuseNull("name", "language");
        if (call.Refused() is { } refusal)
            return refusal;
        var me = await AccountView.MeAsync(call);
        if (call.OtherVersion(me.UpdatedAtMs) is { } other)
            return other;
        (name, language) = (name ?? me.Name, language ?? me.Language);
        if (name == me.Name && language == me.Language)
            return call.AsItWas(await AccountView.OfAsync(call, me));

        (me.Name, me.Language, me.UpdatedAtMs) = (name, language, call.Touch(me.UpdatedAtMs));
        call.Audit("account.update", me.Id, ("language", language));
        return new Answer(await AccountView.OfAsync(call, me), Version: me.UpdatedAtMs);
    }
}
