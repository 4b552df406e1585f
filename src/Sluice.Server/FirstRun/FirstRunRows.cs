using System.Data.Common;
using System.Globalization;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Configuration;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Keys;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.FirstRun;

/// <summary>The rows of a first start, written with plain statements: EF Core's first use would cost more than the rest of the start.</summary>
internal sealed class FirstRunRows(DbConnection connection, DbTransaction transaction, KeyHasher hasher, AuditChain audit, ServerSettings settings, TimeProvider time)
{
    /// <summary>Who the audit log says it was.</summary>
    private const string Actor = "first-start";
    public static readonly TimeSpan SetupLifetime = TimeSpan.FromMinutes(30);

    public async Task<bool> AnyOrganisationAsync(CancellationToken cancellationToken)
        => await ScalarAsync("select 1 from organisations limit 1", [], cancellationToken) is not null;

    public async Task<bool> HasKeyAsync(string publicId, CancellationToken cancellationToken)
        => await ScalarAsync("select 1 from key_credentials where public_id = @p0", [publicId], cancellationToken) is not null;

    public async Task WriteAsync(FirstRunSecrets secrets, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var nowMs = now.ToUnixTimeMilliseconds();
        var organisation = ObjectId.New("org", now);
        var project = ObjectId.New(ObjectId.Project, now);
        var key = KeyFields.Fresh(ObjectId.New(ObjectId.Key, now), organisation, project, KeyKinds.Test, now);
        key.Name = "First test key";

        await InsertAsync("organisations", cancellationToken,
            ("id", organisation), ("name", "Default organisation"), ("time_zone", settings.TimeZone.Id), ("created_at_ms", nowMs),
            ("tier", "enterprise"), ("base_tier", "enterprise"), ("updated_at_ms", nowMs));
        await InsertAsync("projects", cancellationToken,
            ("id", project), ("organisation_id", organisation), ("name", "Default project"), ("created_at_ms", nowMs), ("updated_at_ms", nowMs));
        await InsertAsync("keys", cancellationToken,
            ("id", key.Id), ("organisation_id", key.OrganisationId), ("project_id", key.ProjectId), ("name", key.Name), ("name_folded", key.Name.ToLowerInvariant()), ("kind", key.Kind), ("enabled", key.Enabled),
            ("expires_at_ms", key.ExpiresAtMs), ("revoked_at_ms", key.RevokedAtMs), ("scope_routes", key.ScopeRoutes), ("scope_models", key.ScopeModels),
            ("allowed_networks", key.AllowedNetworks), ("calls_per_day", key.CallsPerDay), ("requests_per_minute", key.RequestsPerMinute),
            ("tokens_per_minute", key.TokensPerMinute), ("concurrency", key.Concurrency), ("created_at_ms", key.CreatedAtMs), ("updated_at_ms", key.UpdatedAtMs));
        await InsertAsync("key_credentials", cancellationToken,
            ("public_id", FirstRunSecrets.PublicIdOf(secrets.TestKey)), ("key_id", key.Id), ("organisation_id", organisation),
            ("hash", hasher.Hash(secrets.TestKey.Reveal(), out var pepper)), ("pepper_version", pepper), ("last_four", secrets.TestKey.Reveal()[^4..]),
            ("created_at_ms", nowMs), ("expires_at_ms", null));
        var management = await InsertTokenAsync(organisation, "management", "First management token", secrets.ManagementToken, now, null, cancellationToken);
        var setup = await InsertTokenAsync(organisation, "setup", "Set-up link", secrets.SetupToken, now, now + SetupLifetime, cancellationToken);

        AuditEntryRow? last = null;
        foreach (var (action, subject) in new[] { ("organisation.create", organisation), ("project.create", project), ("key.create", key.Id), ("token.create", management), ("token.create", setup) })
        {
            last = audit.Following(last, organisation, Actor, action, subject, "{}");
            await InsertAsync("audit_entries", cancellationToken,
                ("organisation_id", last.OrganisationId), ("seq", last.Seq), ("at_ms", last.AtMs), ("actor_id", last.ActorId), ("action", last.Action),
                ("subject_id", last.SubjectId), ("detail", last.Detail), ("previous_hash", last.PreviousHash), ("hash", last.Hash));
        }
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken) => await ScalarAsync(sql, [], cancellationToken);

    private async Task<string> InsertTokenAsync(string organisation, string purpose, string name, PlainSecret secret, DateTimeOffset now, DateTimeOffset? expires, CancellationToken cancellationToken)
    {
        var id = ObjectId.New("mgt", now);
        await InsertAsync("management_tokens", cancellationToken,
            ("id", id), ("organisation_id", organisation), ("purpose", purpose), ("name", name), ("public_id", FirstRunSecrets.PublicIdOf(secret)),
            ("hash", hasher.Hash(secret.Reveal(), out var pepper)), ("pepper_version", pepper), ("created_at_ms", now.ToUnixTimeMilliseconds()),
            ("expires_at_ms", expires?.ToUnixTimeMilliseconds()), ("revoked_at_ms", null));
        return id;
    }

    private async Task InsertAsync(string table, CancellationToken cancellationToken, params (string Column, object? Value)[] values)
        => await ScalarAsync($"insert into {table} ({string.Join(", ", values.Select(v => v.Column))}) values ({string.Join(", ", values.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"@p{i}")))})",
            [.. values.Select(v => v.Value)], cancellationToken);

    private async Task<object?> ScalarAsync(string sql, object?[] values, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Every text comes from this class; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (string.Create(CultureInfo.InvariantCulture, $"@p{i}"), values[i] ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
