using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Accounts;

internal enum SetUpLinkStatus
{
    Valid,
    Unknown,
    Expired,
    Used,
}

/// <summary>Looks set-up links up.</summary>
internal static class SetUpLinks
{
    public static async Task<(ManagementTokenRow? Link, SetUpLinkStatus Status)> FindAsync(SluiceDb db, KeyHasher hasher, string token, long nowMs, CancellationToken cancellationToken)
    {
        if (!KeyText.TryParse(token, out var purpose, out var publicIdSpan) || purpose is not KeyPurpose.Setup)
            return (null, SetUpLinkStatus.Unknown);
        var publicId = publicIdSpan.ToString();
        var row = await db.ManagementTokens.AsNoTracking().SingleOrDefaultAsync(t => t.PublicId == publicId && t.Purpose == "setup", cancellationToken);
        return row is null || !hasher.Verify(token, row.Hash, row.PepperVersion) ? (null, SetUpLinkStatus.Unknown)
            : row.RevokedAtMs is not null ? (null, SetUpLinkStatus.Used)
            : row.ExpiresAtMs <= nowMs ? (null, SetUpLinkStatus.Expired)
            : (row, SetUpLinkStatus.Valid);
    }

    public static Task<bool> HasOperatorAsync(SluiceDb db, string organisationId, CancellationToken cancellationToken) =>
        db.Assignments.AnyAsync(a => a.OrganisationId == organisationId && a.ProjectId == null && a.RoleId == BuiltInRoles.OwnerId, cancellationToken);
}
