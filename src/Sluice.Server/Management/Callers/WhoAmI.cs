using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
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
        Permission = Permissions.CallerRead,
        Summary = "Say whose token this is and what it may do",
        Answer = typeof(CallerAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var organisation = await call.Data.Organisations.SingleAsync(call.CancellationToken);
        return new Answer(new CallerAnswer
        {
            TokenId = call.Caller.TokenId,
            TokenName = call.Caller.TokenName,
            OrganisationId = organisation.Id,
            OrganisationName = organisation.Name,
            TimeZone = organisation.TimeZone,
            ExpiresAt = call.Caller.ExpiresAtMs is { } expires ? DateTimeOffset.FromUnixTimeMilliseconds(expires) : null,
            Permissions = [.. call.Caller.Permissions],
        });
    }
}
