using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tokens;

/// <summary>Management tokens as the API shows them. Hashes stay behind.</summary>
internal static class TokenView
{
    public static TokenAnswer Of(ManagementTokenRow row, long nowMs, PlainSecret? secret = null) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Prefix = KeyPrefix.Of(KeyPurpose.Management) + row.PublicId,
        AccountId = row.AccountId,
        Scopes = RightsReader.ParseScopes(row.Scopes),
        Status = row.RevokedAtMs is not null ? TokenStatuses.Revoked : row.ExpiresAtMs <= nowMs ? TokenStatuses.Expired : TokenStatuses.Active,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs),
        CreatedBy = row.CreatedBy,
        ExpiresAt = At(row.ExpiresAtMs),
        RevokedAt = At(row.RevokedAtMs),
        LastUsedAt = At(row.LastUsedAtMs),
        Token = secret?.Reveal(),
    };

    public static IQueryable<ManagementTokenRow> Working(this IQueryable<ManagementTokenRow> tokens, long nowMs) =>
        tokens.Where(t => t.RevokedAtMs == null && (t.ExpiresAtMs == null || t.ExpiresAtMs > nowMs));

    /// <summary>The tokens that the caller may know of: all with the permission, else their own and the one they call with.</summary>
    public static IQueryable<ManagementTokenRow> Seen(OperationCall call)
    {
        if (call.Caller.May(Permissions.TokensRead))
            return call.Data.ManagementTokens;
        var (me, with) = (call.Caller.AccountId, call.Caller.TokenId);
        return call.Data.ManagementTokens.Where(t => (me != null && t.AccountId == me) || t.Id == with);
    }

    private static DateTimeOffset? At(long? ms) => ms is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
}
