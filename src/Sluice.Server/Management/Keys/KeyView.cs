using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>Keys as the API shows them. Hashes stay behind.</summary>
internal static class KeyView
{
    /// <summary>One key with all that belongs to it and, if asked for, what it did today.</summary>
    public static async ValueTask<KeyAnswer> OfAsync(OperationCall call, KeyRow key, bool withUsage) =>
        Of(key, await KeyParts.OfAsync(call, key), call.NowMs, withUsage ? await UsageAsync(call, key) : null);

    /// <summary>Several keys, what belongs to them fetched at once.</summary>
    public static async ValueTask<IReadOnlyList<KeyAnswer>> OfAsync(OperationCall call, IReadOnlyList<KeyRow> keys)
    {
        var parts = await KeyParts.OfAsync(call, keys);
        return [.. keys.Select((k, i) => Of(k, parts[i], call.NowMs))];
    }

    public static KeyAnswer Of(KeyRow key, KeyParts parts, long nowMs, KeyUsageAnswer? usage = null, PlainSecret? secret = null, PlainSecret? signing = null)
    {
        var newestFirst = parts.Credentials.OrderByDescending(c => c.CreatedAtMs).ThenBy(c => c.ExpiresAtMs is not null).ToList();
        var prefix = KeyPrefix.Of(KeySecret.Purpose(key.Kind));
        var (routes, models) = (List(key.ScopeRoutes), List(key.ScopeModels));
        return new KeyAnswer
        {
            Id = key.Id,
            Name = key.Name,
            Kind = key.Kind,
            ProjectId = key.ProjectId,
            OrganisationId = key.OrganisationId,
            Prefix = newestFirst.Count > 0 ? prefix + newestFirst[0].PublicId : prefix,
            LastFour = newestFirst.Count > 0 ? newestFirst[0].LastFour : "",
            Enabled = key.Enabled,
            Status = KeyStatus.Of(key, nowMs),
            CreatedAt = At(key.CreatedAtMs),
            UpdatedAt = At(key.UpdatedAtMs),
            ExpiresAt = key.ExpiresAtMs is { } expires ? At(expires) : null,
            RevokedAt = key.RevokedAtMs is { } revoked ? At(revoked) : null,
            AllowedNetworks = List(key.AllowedNetworks),
            Scope = new KeyScopeAnswer { Routes = routes, Models = models },
            Limits = new KeyLimitsAnswer
            {
                CallsPerDay = key.CallsPerDay,
                RequestsPerMinute = key.RequestsPerMinute,
                TokensPerMinute = key.TokensPerMinute,
                Concurrency = key.Concurrency,
            },
            Credentials =
            [
                .. newestFirst.Where(c => c.ExpiresAtMs is null || c.ExpiresAtMs > nowMs).Select(c => new KeyCredentialAnswer
                {
                    Prefix = prefix + c.PublicId,
                    LastFour = c.LastFour,
                    CreatedAt = At(c.CreatedAtMs),
                    ExpiresAt = c.ExpiresAtMs is { } ends ? At(ends) : null,
                }),
            ],
            Usage = usage,
            Owner = parts.Owner is { } owner ? new KeyOwnerAnswer { Id = owner.AccountId, Name = owner.Name } : null,
            NarrowedBy = KeyReach.NarrowedBy(parts.Owner, key.ProjectId, routes, models),
            Tags = parts.Tags,
            Priority = key.Priority,
            RequiresSigning = key.SealedSigningSecret is not null,
            LastUse = LastUse(parts.Use),
            RevokedReason = key.RevokedReason,
            Key = secret?.Reveal(),
            SigningSecret = signing?.Reveal(),
        };
    }

    public static KeyLastUseAnswer? LastUse(KeyUseRow? use) => use is null ? null : new KeyLastUseAnswer { At = At(use.LastUsedAtMs), Ip = use.LastIp };

    /// <summary>Number of the day that it is in the organisation, see <see cref="DateOnly.DayNumber"/>.</summary>
    public static async ValueTask<int> TodayAsync(OperationCall call)
    {
        var zone = await call.Data.Organisations.Select(o => o.TimeZone).SingleAsync(call.CancellationToken);
        return DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(call.Now, TimeZoneInfo.FindSystemTimeZoneById(zone)).DateTime).DayNumber;
    }

    private static async ValueTask<KeyUsageAnswer> UsageAsync(OperationCall call, KeyRow key)
    {
        var day = await TodayAsync(call);
        var calls = await call.Tools.CallsOnDayAsync(key.Id, day, call.CancellationToken);
        return new KeyUsageAnswer { Day = DateOnly.FromDayNumber(day), CallsToday = calls, CallsPerDay = key.CallsPerDay };
    }

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static IReadOnlyList<string> List(string json) => JsonSerializer.Deserialize(json, ManagementJson.Default.IReadOnlyListString) ?? [];
}
