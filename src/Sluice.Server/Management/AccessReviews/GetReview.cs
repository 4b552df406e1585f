using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.AccessReviews;

internal static class GetReview
{
    public static readonly Operation Operation = new()
    {
        Name = "getAccessReview",
        Method = "GET",
        Path = "/access-reviews/{id}",
        Permission = Permissions.ReviewsRead,
        Summary = "Get an access review",
        Answer = typeof(AccessReviewAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        return await call.Data.AccessReviews.SingleOrDefaultAsync(r => r.Id == call.Id, call.CancellationToken) is { } review
            ? new Answer(await ReviewView.OfAsync(call, review))
            : Outcome.NotFound;
    }
}
