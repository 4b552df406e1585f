using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Members;

internal static class GetMember
{
    public static readonly Operation Operation = new()
    {
        Name = "getMember",
        Method = "GET",
        Path = "/members/{id}",
        Permission = Permissions.MembersRead,
        Summary = "Get a member by account id",
        Answer = typeof(MemberAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        return await call.Data.Members.SingleOrDefaultAsync(m => m.AccountId == call.Id, call.CancellationToken) is { } member
            ? Outcome.Of((await MemberView.OfAsync(call, [member]))[0])
            : Outcome.NotFound;
    }
}
