using System.Data.Common;
using System.Globalization;

namespace Sluice.Server.Storage.Schema;

/// <summary>
/// Brings one part of a database's schema to the version of this program, script by script, each in a transaction of its own under a lock
/// that other starting nodes wait for. Killed anywhere, the next start goes on where it stood.
/// </summary>
/// <param name="location">Names the database in messages.</param>
internal sealed class SchemaMigrator(StorageProvider provider, string location, SchemaScripts scripts, TimeProvider time)
{
    // Any number does, as long as every node of every version takes the same one.
    private const long PostgresLock = 5_080_001;

    /// <summary>Returns when the schema is current.</summary>
    /// <param name="connection">Open; used by nobody else meanwhile.</param>
    /// <param name="mayUpgrade">Whether tables that exist may be changed; an empty database is always filled.</param>
    /// <exception cref="StorageException">The schema is newer than this program, older while it may not be changed, or a script fails.</exception>
    public async Task EnsureCurrentAsync(DbConnection connection, bool mayUpgrade, CancellationToken cancellationToken)
    {
        var version = await ReadVersionAsync(connection, null, cancellationToken).ConfigureAwait(false);
        if (version == scripts.Newest) return;
        RefuseNewer(version);
        if (version > 0 && !mayUpgrade)
            throw new StorageException($"The {scripts.Part} schema of {location} is at version {version} and this program needs version {scripts.Newest}: back the database up and start one node with Sluice:Storage:MigrateAtStart=true.");
        foreach (var script in scripts.Load().Skip(version))
            await ApplyAsync(connection, script, cancellationToken).ConfigureAwait(false);
    }

    private async Task ApplyAsync(DbConnection connection, SchemaScript script, CancellationToken cancellationToken)
    {
        try
        {
            // On SQLite this is BEGIN IMMEDIATE: a second process waits here.
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            if (provider == StorageProvider.Postgres)
                await ExecuteAsync(connection, transaction, $"set local statement_timeout = 0; set local lock_timeout = 0; select pg_advisory_xact_lock({PostgresLock})", cancellationToken).ConfigureAwait(false);
            var version = await ReadVersionAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
            RefuseNewer(version);
            if (version >= script.Version) return;
            await ExecuteAsync(connection, transaction, VersionsTable, cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, transaction, script.Sql, cancellationToken).ConfigureAwait(false);
            var record = string.Create(CultureInfo.InvariantCulture, $"insert into schema_versions (part, version, name, applied_at_ms) values ('{scripts.Part}', {script.Version}, '{script.Name}', {time.GetUtcNow().ToUnixTimeMilliseconds()})");
            await ExecuteAsync(connection, transaction, record, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DbException e)
        {
            throw new StorageException($"The schema script {script.Name} could not be applied to {location}, which is as it was before: {e.Message}", e);
        }
    }

    private void RefuseNewer(int version)
    {
        if (version > scripts.Newest)
            throw new StorageException($"The {scripts.Part} schema of {location} is at version {version}, newer than this program, which knows version {scripts.Newest}: start the newer Sluice, or restore a backup made before the upgrade.");
    }

    private async Task<int> ReadVersionAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        // Not to_regclass: it answers from a cache that a node waiting for the lock does not refresh.
        var there = await ScalarAsync(connection, transaction, provider == StorageProvider.Sqlite
            ? "select 1 from sqlite_master where type = 'table' and name = 'schema_versions'"
            : "select 1 from pg_catalog.pg_tables where schemaname = current_schema() and tablename = 'schema_versions'", cancellationToken).ConfigureAwait(false);
        if (there is null) return 0;
        var version = await ScalarAsync(connection, transaction, $"select max(version) from schema_versions where part = '{scripts.Part}'", cancellationToken).ConfigureAwait(false);
        return version is null or DBNull ? 0 : Convert.ToInt32(version, CultureInfo.InvariantCulture);
    }

    private string VersionsTable => provider == StorageProvider.Sqlite
        ? "create table if not exists schema_versions (part text not null, version integer not null, name text not null, applied_at_ms integer not null, primary key (part, version)) strict, without rowid"
        : "create table if not exists schema_versions (part text not null, version integer not null, name text not null, applied_at_ms bigint not null, primary key (part, version))";

#pragma warning disable CA2100 // Every text comes from this program's own resources and constants.
    private static async Task ExecuteAsync(DbConnection connection, DbTransaction transaction, string sql, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        command.CommandText = sql;
        command.Transaction = transaction;
        // A long script must not be cut by the time-out meant for single statements.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<object?> ScalarAsync(DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        command.CommandText = sql;
        command.Transaction = transaction;
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }
#pragma warning restore CA2100
}
