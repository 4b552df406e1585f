using System.Data.Common;
using System.Net;
using System.Runtime.CompilerServices;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Storage.Directories;

/// <summary>Reads keys as the data plane wants them. A row that cannot be understood is left out and reported: its key does not work, all others do.</summary>
public sealed class KeyDirectory(SluiceDatabase database, ILogger<KeyDirectory> logger) : IKeyDirectory
{
    private const string Select = """
        select k.id, k.kind, k.organisation_id, k.project_id, o.time_zone, k.enabled, k.expires_at_ms, k.revoked_at_ms,
          k.scope_routes, k.scope_models, k.allowed_networks, k.calls_per_day, k.requests_per_minute, k.tokens_per_minute, k.concurrency,
          c.public_id, c.hash, c.pepper_version, c.expires_at_ms
        from keys k join organisations o on o.id = k.organisation_id left join key_credentials c on c.key_id = k.id
        """;

    private const string Order = " order by k.id, c.created_at_ms, c.public_id";

    // Where the credential's columns begin.
    private const int Credential = 15;

    public IAsyncEnumerable<ApiKey> LoadAllAsync(CancellationToken cancellationToken) => ReadAsync(Select + Order, null, cancellationToken);

    public IAsyncEnumerable<ApiKey> LoadOfOwnerAsync(string ownerId, CancellationToken cancellationToken) => ReadAsync(Select + " where 1 = 0" + Order, ownerId, cancellationToken);

    public IAsyncEnumerable<ApiKey> LoadOfOrganisationAsync(string organisationId, CancellationToken cancellationToken) =>
        ReadAsync(Select + " where k.organisation_id = @id" + Order, organisationId, cancellationToken);

    public ValueTask<ApiKey?> LoadAsync(string keyId, CancellationToken cancellationToken) => OneAsync(" where k.id = @id", keyId, cancellationToken);

    public ValueTask<ApiKey?> FindAsync(string publicId, CancellationToken cancellationToken) =>
        OneAsync(" where k.id = (select key_id from key_credentials where public_id = @id)", publicId, cancellationToken);

    private async ValueTask<ApiKey?> OneAsync(string where, string id, CancellationToken cancellationToken)
    {
        await foreach (var key in ReadAsync(Select + where + Order, id, cancellationToken).ConfigureAwait(false)) return key;
        return null;
    }

    private async IAsyncEnumerable<ApiKey> ReadAsync(string sql, string? id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        if (id is not null) command.Add("@id", id);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = row.ConfigureAwait(false);
        var alike = new SharedParts();
        var credentials = new List<KeyCredential>();
        ApiKey? current = null;
        string? currentId = null;
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var keyId = row.GetString(0);
            if (keyId != currentId)
            {
                if (current is not null) yield return current with { Credentials = [.. credentials] };
                credentials.Clear();
                currentId = keyId;
                current = Understood(row, keyId, alike);
            }
            if (current is null || row.IsDBNull(Credential)) continue;
            if (row.GetFieldValue<byte[]>(Credential + 1) is { Length: KeyCredential.HashLength } hash)
                credentials.Add(new KeyCredential(row.GetString(Credential), hash, row.GetInt32(Credential + 2), row.InstantOrNull(Credential + 3)));
            else
                logger.LogError("A secret of the key {KeyId} in {Database} has a hash of the wrong length and does not work.", keyId, database.Location);
        }
        if (current is not null) yield return current with { Credentials = [.. credentials] };
    }

    private ApiKey? Understood(DbDataReader row, string id, SharedParts alike)
    {
        try
        {
            return Parse(row, id, alike);
        }
        catch (Exception e) when (e is FormatException or TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentOutOfRangeException or OverflowException)
        {
            logger.LogError("The key {KeyId} in {Database} cannot be understood and does not work until it is corrected: {Problem}", id, database.Location, e.Message);
            return null;
        }
    }

    private static ApiKey Parse(DbDataReader row, string id, SharedParts alike) => new()
    {
        Id = id,
        Kind = row.GetString(1) switch
        {
            "test" => KeyKind.Test,
            "production" => KeyKind.Production,
            var other => throw new FormatException($"Its kind is '{other}'."),
        },
        OrganisationId = alike.Text(row.GetString(2)),
        ProjectId = alike.Text(row.GetString(3)),
        TimeZone = alike.Zone(row.GetString(4)),
        Credentials = [],
        Enabled = row.GetBoolean(5),
        ExpiresAt = row.InstantOrNull(6),
        RevokedAt = row.InstantOrNull(7),
        Scope = alike.Scope(row.GetString(8), row.GetString(9)),
        AllowedNetworks = alike.Networks(row.GetString(10)),
        Limits = alike.Limits(new KeyLimits(row.LongOrNull(11), row.LongOrNull(12), row.LongOrNull(13), row.IsDBNull(14) ? null : row.GetInt32(14))),
    };
}
