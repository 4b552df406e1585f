using System.Data.Common;
using System.Net;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Storage.Directories;

/// <summary>Reads keys as the data plane wants them. A row that cannot be understood is left out and reported: its key does not work, all others do.</summary>
public sealed class KeyDirectory(SluiceDatabase database, ILogger<KeyDirectory> logger) : IKeyDirectory
{
    private const string Select = """
        select k.id, k.name, k.kind, k.organisation_id, k.project_id, o.time_zone, k.enabled, k.expires_at_ms, k.revoked_at_ms,
          k.scope_routes, k.scope_models, k.allowed_networks, k.calls_per_day, k.requests_per_minute, k.tokens_per_minute, k.concurrency,
          c.public_id, c.hash, c.pepper_version, c.expires_at_ms
        from keys k join organisations o on o.id = k.organisation_id left join key_credentials c on c.key_id = k.id
        """;

    // Where the credential's columns begin.
    private const int Credential = 16;

    public async ValueTask<IReadOnlyList<ApiKey>> LoadAllAsync(CancellationToken cancellationToken) =>
        await LoadAsync(Select + " order by k.id, c.created_at_ms, c.public_id", null, cancellationToken).ConfigureAwait(false);

    public async ValueTask<ApiKey?> LoadAsync(string keyId, CancellationToken cancellationToken)
    {
        var keys = await LoadAsync(Select + " where k.id = @id order by c.created_at_ms, c.public_id", keyId, cancellationToken).ConfigureAwait(false);
        return keys.Count == 0 ? null : keys[0];
    }

    private async Task<List<ApiKey>> LoadAsync(string sql, string? keyId, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        if (keyId is not null) command.Add("@id", keyId);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = row.ConfigureAwait(false);
        var keys = new List<ApiKey>();
        // Immutable and few: the same zone and the same lists are shared by all keys that have them.
        var zones = new Dictionary<string, TimeZoneInfo>(StringComparer.Ordinal);
        string? current = null;
        List<KeyCredential>? credentials = null;
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var id = row.GetString(0);
            if (id != current)
            {
                current = id;
                credentials = null;
                try
                {
                    var list = new List<KeyCredential>(1);
                    keys.Add(Parse(row, id, list, zones));
                    credentials = list;
                }
                catch (Exception e) when (e is FormatException or TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentOutOfRangeException or OverflowException)
                {
                    logger.LogError("The key {KeyId} in {Database} cannot be understood and does not work until it is corrected: {Problem}", id, database.Location, e.Message);
                }
            }
            if (credentials is not null && !row.IsDBNull(Credential))
                credentials.Add(new KeyCredential(row.GetString(Credential), row.GetFieldValue<byte[]>(Credential + 1), row.GetInt32(Credential + 2), row.InstantOrNull(Credential + 3)));
        }
        return keys;
    }

    private static ApiKey Parse(DbDataReader row, string id, List<KeyCredential> credentials, Dictionary<string, TimeZoneInfo> zones)
    {
        var zone = row.GetString(5);
        if (!zones.TryGetValue(zone, out var timeZone)) zones[zone] = timeZone = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var routes = TextList.Parse(row.GetString(9));
        var models = TextList.Parse(row.GetString(10));
        return new ApiKey
        {
            Id = id,
            Name = row.GetString(1),
            Kind = row.GetString(2) switch
            {
                "test" => KeyKind.Test,
                "production" => KeyKind.Production,
                var other => throw new FormatException($"Its kind is '{other}'."),
            },
            OrganisationId = row.GetString(3),
            ProjectId = row.GetString(4),
            TimeZone = timeZone,
            Credentials = credentials,
            Enabled = row.GetBoolean(6),
            ExpiresAt = row.InstantOrNull(7),
            RevokedAt = row.InstantOrNull(8),
            Scope = routes.Count == 0 && models.Count == 0 ? KeyScope.Everything : new KeyScope(routes, models),
            AllowedNetworks = Networks(row.GetString(11)),
            Limits = new KeyLimits(row.LongOrNull(12), row.LongOrNull(13), row.LongOrNull(14), row.IsDBNull(15) ? null : row.GetInt32(15)),
        };
    }

    // One bad entry spoils the key: leaving it out could empty the list, and an empty list lets everyone in.
    private static IReadOnlyList<IPNetwork> Networks(string json) => [.. TextList.Parse(json).Select(text => IPNetwork.Parse(text))];
}
