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
    /// <summary>One key with its credentials and, if asked for, what it did today.</summary>
    public static async ValueTask<KeyAnswer> OfAsync(OperationCall call, KeyRow key, bool withUsage, PlainSecret? secret = null)
    {
        var credentials = await call.Data.KeyCredentials.AsNoTracking().Where(c => c.KeyId == key.Id).ToListAsync(call.CancellationToken);
        var usage = withUsage ? await UsageAsync(call, key) : null;
        return Of(key, credentials, call.NowMs, usage, secret);
    }

    /// <summary>Several keys, their credentials fetched at once.</summary>
    public static async ValueTask<IReadOnlyList<KeyAnswer>> OfAsync(OperationCall call, IReadOnlyList<KeyRow> keys)
    {
        var ids = keys.Select(k => k.Id).ToList();
        var credentials = await call.Data.KeyCredentials.AsNoTracking().Where(c => ids.Contains(c.KeyId)).ToListAsync(call.CancellationToken);
        var byKey = credentials.ToLookup(c => c.KeyId);
        return [.. keys.Select(k => Of(k, byKey[k.Id], call.NowMs, null, null))];
    }

    public static KeyAnswer Of(KeyRow key, IEnumerable<KeyCredentialRow> credentials, long nowMs, KeyUsageAnswer? usage, PlainSecret? secret)
    {
        var newestFirst = credentials.OrderByDescending(c => c.CreatedAtMs).ThenBy(c => c.ExpiresAtMs is not null).ToList();
        var prefix = KeyPrefix.Of(KeySecret.Purpose(key.Kind));
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
            Scope = new KeyScopeAnswer { Routes = List(key.ScopeRoutes), Models = List(key.ScopeModels) },
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
            Key = secret?.Reveal(),
        };
    }

    private static async ValueTask<KeyUsageAnswer> UsageAsync(OperationCall call, KeyRow key)
    {
        var zone = await call.Data.Organisations.Select(o => o.TimeZone).SingleAsync(call.CancellationToken);
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(call.Now, TimeZoneInfo.FindSystemTimeZoneById(zone)).DateTime);
        var calls = await call.Tools.CallsOnDayAsync(key.Id, day.DayNumber, call.CancellationToken);
        return new KeyUsageAnswer { Day = day, CallsToday = calls, CallsPerDay = key.CallsPerDay };
    }

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static IReadOnlyList<string> List(string json) => JsonSerializer.Deserialize(json, ManagementJson.Default.IReadOnlyListString) ?? [];
}
