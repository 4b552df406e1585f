using System.Data.Common;
using Sluice.Gateway.Limits;

namespace Sluice.Server.Storage.Directories;

/// <summary>What was granted to keys for a while and has not ended; those that are yet to begin are among them.</summary>
internal sealed class KeyGrants
{
    private readonly Dictionary<string, List<LimitBoost>> _ofKeys = new(StringComparer.Ordinal);

    public IReadOnlyList<LimitBoost> Of(string keyId) => _ofKeys.TryGetValue(keyId, out var boosts) ? boosts : Array.Empty<LimitBoost>();

    public static async Task<KeyGrants> ReadAsync(DbConnection connection, KeySelection selection, DateTimeOffset now, ILogger log, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
#pragma warning disable CA2100 // Constants of KeySelection.
        command.CommandText = $"""
            select g.key_id, g.limit_kind, g.value, g.from_ms, g.until_ms, g.id from quota_grants g
            where g.ended_at_ms is null and g.until_ms > @now and {selection.Grants}
            """;
#pragma warning restore CA2100
        command.Add("@now", now.ToUnixTimeMilliseconds());
        if (selection.Id is { } id && selection.Grants.Contains("@id", StringComparison.Ordinal)) command.Add("@id", id);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        var grants = new KeyGrants();
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var limit = Limit(row.GetString(1));
            if (limit == LimitKind.None)
            {
                log.LogError("The quota grant {GrantId} is for a limit that is not known, '{Limit}', and has no effect.", row.GetString(5), row.GetString(1));
                continue;
            }

            var keyId = row.GetString(0);
            if (!grants._ofKeys.TryGetValue(keyId, out var boosts)) grants._ofKeys[keyId] = boosts = new List<LimitBoost>(1);
            boosts.Add(new LimitBoost(limit, row.GetInt64(2), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4))));
        }

        return grants;
    }

    private static LimitKind Limit(string text) => text switch
    {
        "callsPerDay" => LimitKind.CallsPerDay,
        "requestsPerMinute" => LimitKind.RequestsPerMinute,
        "tokensPerMinute" => LimitKind.TokensPerMinute,
        "concurrency" => LimitKind.Concurrency,
        _ => LimitKind.None,
    };
}
