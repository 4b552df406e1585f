using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Organisations;

internal static class OrganisationView
{
    public const int NameCharsMax = 100;

    /// <summary>The caller's organisation with what it holds.</summary>
    public static async ValueTask<OrganisationAnswer> OfAsync(OperationCall call, OrganisationRow row) => Of(row, call.Caller.IsOperator,
        await call.Data.Members.CountAsync(call.CancellationToken),
        await call.Data.Projects.CountAsync(call.CancellationToken),
        await call.Data.Keys.With(KeyStatuses.Active, call.NowMs).CountAsync(call.CancellationToken));

    public static OrganisationAnswer Of(OrganisationRow row, bool isOperator, int members, int projects, int activeKeys) => new()
    {
        Id = row.Id,
        Name = row.Name,
        TimeZone = row.TimeZone,
        Tier = row.Tier,
        BaseTier = row.BaseTier,
        VerifiedUntil = At(row.VerifiedUntilMs),
        SuspendedAt = At(row.SuspendedAtMs),
        IsOperator = isOperator,
        ReviewEveryDays = row.ReviewEveryDays,
        ReviewDisableAfterDays = row.ReviewDisableAfterDays,
        Members = members,
        Projects = projects,
        ActiveKeys = activeKeys,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.UpdatedAtMs),
    };

    private static DateTimeOffset? At(long? ms) => ms is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
}
