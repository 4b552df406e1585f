using Sluice.Contracts.Management;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>What has become of a key. Where several apply, the first of: revoked, expired, disabled.</summary>
internal static class KeyStatus
{
    public static string Of(KeyRow key, long nowMs) =>
        key.RevokedAtMs is not null ? KeyStatuses.Revoked
        : key.ExpiresAtMs <= nowMs ? KeyStatuses.Expired
        : key.Enabled ? KeyStatuses.Active : KeyStatuses.Disabled;

    public static IQueryable<KeyRow> With(this IQueryable<KeyRow> keys, string status, long nowMs) => status switch
    {
        KeyStatuses.Revoked => keys.Where(k => k.RevokedAtMs != null),
        KeyStatuses.Expired => keys.Where(k => k.RevokedAtMs == null && k.ExpiresAtMs <= nowMs),
        KeyStatuses.Disabled => keys.Where(k => k.RevokedAtMs == null && (k.ExpiresAtMs == null || k.ExpiresAtMs > nowMs) && !k.Enabled),
        _ => keys.Where(k => k.RevokedAtMs == null && (k.ExpiresAtMs == null || k.ExpiresAtMs > nowMs) && k.Enabled),
    };
}
