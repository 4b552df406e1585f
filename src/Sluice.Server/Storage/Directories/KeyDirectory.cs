using System.Data.Common;
using System.Runtime.CompilerServices;
using Sluice.Gateway.Keys;
using Sluice.Server.Secrets;

namespace Sluice.Server.Storage.Directories;

/// <summary>
/// Reads keys as the data plane wants them. A row that cannot be understood is left out and reported: its key does not work, all others do.
/// Owners and grants are read just before the keys and not in one transaction with them: whatever is committed in between is told by the change feed,
/// and the keys are read again.
/// </summary>
public sealed class KeyDirectory(SluiceDatabase database, SecretSealer sealer, TimeProvider time, ILogger<KeyDirectory> logger) : IKeyDirectory
{
    private const string Select = """
        select k.id, k.kind, k.organisation_id, k.project_id, o.time_zone, k.enabled, k.expires_at_ms, k.revoked_at_ms,
          k.scope_routes, k.scope_models, k.allowed_networks, k.calls_per_day, k.requests_per_minute, k.tokens_per_minute, k.concurrency,
          k.owner_id, k.priority, k.sealed_signing_secret, o.suspended_at_ms,
          c.public_id, c.hash, c.pepper_version, c.expires_at_ms, c.purpose
        from keys k join organisations o on o.id = k.organisation_id left join key_credentials c on c.key_id = k.id
        """;

    // Where the credential's columns begin.
    private const int Credential = 19;

    public IAsyncEnumerable<ApiKey> LoadAllAsync(CancellationToken cancellationToken) => ReadAsync(KeySelection.Everything, cancellationToken);

    public IAsyncEnumerable<ApiKey> LoadOfOwnerAsync(string ownerId, CancellationToken cancellationToken) => ReadAsync(KeySelection.OfOwner(ownerId), cancellationToken);

    public IAsyncEnumerable<ApiKey> LoadOfOrganisationAsync(string organisationId, CancellationToken cancellationToken) => ReadAsync(KeySelection.OfOrganisation(organisationId), cancellationToken);

    public ValueTask<ApiKey?> LoadAsync(string keyId, CancellationToken cancellationToken) => OneAsync(KeySelection.One(keyId), cancellationToken);

    public ValueTask<ApiKey?> FindAsync(string publicId, CancellationToken cancellationToken) => OneAsync(KeySelection.WithPublicId(publicId), cancellationToken);

    private async ValueTask<ApiKey?> OneAsync(KeySelection selection, CancellationToken cancellationToken)
    {
        await foreach (var key in ReadAsync(selection, cancellationToken).ConfigureAwait(false)) return key;
        return null;
    }

    private async IAsyncEnumerable<ApiKey> ReadAsync(KeySelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var parts = new SharedParts(await KeyOwners.ReadAsync(connection, selection, logger, cancellationToken).ConfigureAwait(false),
            await KeyGrants.ReadAsync(connection, selection, time.GetUtcNow(), logger, cancellationToken).ConfigureAwait(false));
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
#pragma warning disable CA2100 // Constants of KeySelection.
        command.CommandText = $"{Select} where {selection.Keys} order by k.id, c.created_at_ms, c.public_id";
#pragma warning restore CA2100
        if (selection.Id is { } id) command.Add("@id", id);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = row.ConfigureAwait(false);
        var credentials = new List<KeyCredential>(2);
        ApiKey? current = null;
        string? currentId = null;
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var keyId = row.GetString(0);
            if (keyId != currentId)
            {
                if (current is not null) yield return current with { Credentials = credentials.ToArray() };
                credentials.Clear();
                currentId = keyId;
                current = Understood(row, keyId, parts);
            }
            if (current is null || row.IsDBNull(Credential)) continue;
            if (row.GetFieldValue<byte[]>(Credential + 1) is { Length: KeyCredential.HashLength } hash)
                credentials.Add(new KeyCredential(row.GetString(Credential), hash, row.GetInt32(Credential + 2), row.InstantOrNull(Credential + 3), row.GetString(Credential + 4) == KeyCredentialPurposes.Playground));
            else
                logger.LogError("A secret of the key {KeyId} in {Database} has a hash of the wrong length and does not work.", keyId, database.Location);
        }
        if (current is not null) yield return current with { Credentials = credentials.ToArray() };
    }

    private ApiKey? Understood(DbDataReader row, string id, SharedParts parts)
    {
        try
        {
            return Parse(row, id, parts);
        }
        catch (Exception e) when (e is FormatException or TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentOutOfRangeException or OverflowException)
        {
            logger.LogError("The key {KeyId} in {Database} cannot be understood and does not work until it is corrected: {Problem}", id, database.Location, e.Message);
            return null;
        }
    }

    private ApiKey Parse(DbDataReader row, string id, SharedParts parts)
    {
        var organisationId = parts.Text(row.GetString(2));
        var projectId = parts.Text(row.GetString(3));
        var ownerId = row.IsDBNull(15) ? null : parts.Text(row.GetString(15));
        var (rights, standing) = ownerId is null ? (null, OwnerStanding.Member) : parts.Owners.Of(organisationId, ownerId, projectId);
        // A service's key too: it has nobody else to stop it.
        if (!row.IsDBNull(18)) (rights, standing) = ([], OwnerStanding.OrganisationSuspended);
        return new ApiKey
        {
            Id = id,
            Kind = row.GetString(1) switch
            {
                "test" => KeyKind.Test,
                "production" => KeyKind.Production,
                var other => throw new FormatException($"Its kind is '{other}'."),
            },
            OrganisationId = organisationId,
            ProjectId = projectId,
            TimeZone = parts.Zone(row.GetString(4)),
            Credentials = [],
            Enabled = row.GetBoolean(5),
            ExpiresAt = row.InstantOrNull(6),
            RevokedAt = row.InstantOrNull(7),
            Scope = parts.Scope(row.GetString(8), row.GetString(9)),
            AllowedNetworks = parts.Networks(row.GetString(10)),
            Limits = parts.Limits(new KeyLimits(row.LongOrNull(11), row.LongOrNull(12), row.LongOrNull(13), row.IsDBNull(14) ? null : row.GetInt32(14))),
            Boosts = parts.Grants.Of(id),
            OwnerId = ownerId,
            OwnerRights = rights,
            OwnerStanding = standing,
            Priority = row.GetString(16) switch
            {
                "critical" => PriorityClass.Critical,
                "standard" => PriorityClass.Standard,
                "batch" => PriorityClass.Batch,
                var other => throw new FormatException($"Its priority is '{other}'."),
            },
            Signing = row.BytesOrNull(17) is { } box ? Opened(id, box) : null,
        };
    }

    // Without its secret the key would work unsigned.
    private PlainSecret Opened(string id, byte[] box) =>
        SigningSecret.TryOpen(sealer, id, box, out var secret) ? secret : throw new FormatException("Its signing secret does not open: it was moved here, changed, or sealed with another master key.");
}
