using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Callers;

internal static class WhoAmI
{
    public static readonly Operation Operation = new()
    {
        Name = "whoAmI",
        Method = "GET",
        Path = "/whoami",
        Permission = null,
        Summary = "Say who calls and what they may do",
        Answer = typeof(CallerAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var caller = call.Caller;
        var organisation = await call.Data.Organisations.SingleOrDefaultAsync(call.CancellationToken);
        return new Answer(new CallerAnswer
        {
            AccountId = caller.AccountId,
            SessionId = caller.SessionId,
            TokenId = caller.TokenId,
            TokenName = caller.TokenId is null ? null : caller.TokenName,
            OrganisationId = organisation?.Id,
            OrganisationName = organisation?.Name,
            TimeZone = organisation?.TimeZone,
            IsOperator = caller.IsOperator,
            ExpiresAt = caller.ExpiresAtMs is { } expires ? DateTimeOffset.FromUnixTimeMilliseconds(expires) : null,
            Permissions = [.. caller.Permissions],
        });
    }
}
