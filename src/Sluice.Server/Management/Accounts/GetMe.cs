using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class GetMe
{
    public static readonly Operation Operation = new()
    {
        Name = "getMe",
        Method = "GET",
        Path = "/me",
        Permission = null,
        NeedsPerson = true,
        Summary = "Get your own account",
        Answer = typeof(AccountAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var me = await AccountView.MeAsync(call);
        return new Answer(await AccountView.OfAsync(call, me), Version: me.UpdatedAtMs);
    }
}
