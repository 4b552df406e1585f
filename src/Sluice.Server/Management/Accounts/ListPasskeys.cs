using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts;

internal static class ListPasskeys
{
    public static readonly Operation Operation = new()
    {
        Name = "listPasskeys",
        Method = "GET",
        Path = "/me/passkeys",
        Permission = null,
        NeedsPerson = true,
        Summary = "List your passkeys",
        Answer = typeof(Page<PasskeyAnswer>),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var rows = await call.Accounts.MyPasskeys.OrderBy(p => p.CreatedAtMs).ToListAsync(call.CancellationToken);
        return new Answer(new Page<PasskeyAnswer> { Data = [.. rows.Select(PasskeyView.Of)] });
    }
}
