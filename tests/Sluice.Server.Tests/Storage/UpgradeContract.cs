using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Schema;

namespace Sluice.Server.Tests.Storage;

/// <summary>A database that an earlier release filled is taken over whole, on every provider.</summary>
public abstract class UpgradeContract(IStorageBackend backend)
{
    // The release before people, roles and messages came.
    private const int VersionBefore = 2;
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_of_the_release_before_keeps_every_row_and_gets_what_is_new()
    {
        await using var database = await FilledByTheReleaseBeforeAsync();
        await using (var connection = await database.OpenAsync(Token))
            await Migrator(database, all: true).EnsureCurrentAsync(connection, mayUpgrade: true, Token);

        await using var db = database.CreateContext();
        var organisation = await db.Organisations.SingleAsync(Token);
        (organisation.Name, organisation.Tier, organisation.ReviewEveryDays, organisation.UpdatedAtMs).ShouldBe(("Acme", "personal", 90, 7L));
        var key = await db.Keys.SingleAsync(Token);
        (key.Name, key.NameFolded, key.CallsPerDay, key.OwnerId, key.Priority).ShouldBe(("My Key", "my key", 500L, null, "standard"));
        (await db.KeyCredentials.CountAsync(Token)).ShouldBe(1);
        var token = await db.ManagementTokens.SingleAsync(Token);
        (token.Name, token.AccountId, token.Scopes).ShouldBe(("First", null, null));
        (await db.AuditEntries.SingleAsync(Token)).Action.ShouldBe("key.create");
        (await db.Tiers.Select(t => t.Id).OrderBy(t => t).ToListAsync(Token)).ShouldBe(["business", "enterprise", "personal"]);
        (await db.PublicMailDomains.AnyAsync(d => d.Domain == "qq.com", Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_upgrade_that_was_not_allowed_leaves_the_database_to_the_release_before()
    {
        await using var database = await FilledByTheReleaseBeforeAsync();
        await using var connection = await database.OpenAsync(Token);
        var e = await Should.ThrowAsync<StorageException>(() => Migrator(database, all: true).EnsureCurrentAsync(connection, mayUpgrade: false, Token));
        e.Message.ShouldContain("at version 2");
        await Migrator(database, all: false).EnsureCurrentAsync(connection, mayUpgrade: false, Token);
    }

    private async Task<SluiceDatabase> FilledByTheReleaseBeforeAsync()
    {
        var database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await using var connection = await database.OpenAsync(Token);
        await Migrator(database, all: false).EnsureCurrentAsync(connection, mayUpgrade: true, Token);
        var (yes, bytes) = database.Provider == StorageProvider.Sqlite ? ("1", "zeroblob(32)") : ("true", "decode(repeat('00', 32), 'hex')");
        await ExecuteAsync(connection, $"""
            insert into organisations (id, name, time_zone, created_at_ms) values ('org_1', 'Acme', 'Asia/Shanghai', 7);
            insert into projects (id, organisation_id, name, created_at_ms, updated_at_ms) values ('prj_1', 'org_1', 'Default', 7, 7);
            insert into keys (id, organisation_id, project_id, name, kind, enabled, scope_routes, scope_models, allowed_networks, calls_per_day, created_at_ms, updated_at_ms)
              values ('key_1', 'org_1', 'prj_1', 'My Key', 'test', {yes}, '[]', '[]', '[]', 500, 7, 7);
            insert into key_credentials (public_id, key_id, organisation_id, hash, pepper_version, last_four, created_at_ms) values ('abcdefghijkl', 'key_1', 'org_1', {bytes}, 1, 'wxyz', 7);
            insert into management_tokens (id, organisation_id, purpose, name, public_id, hash, pepper_version, created_at_ms) values ('mgt_1', 'org_1', 'management', 'First', 'mmmmmmmmmmmm', {bytes}, 1, 7);
            insert into audit_entries (organisation_id, seq, at_ms, actor_id, action, subject_id, detail, previous_hash, hash)
              values ('org_1', 1, 7, 'mgt_1', 'key.create', 'key_1', '{"{}"}', {bytes}, {bytes});
            """);
        return database;
    }

    private static SchemaMigrator Migrator(SluiceDatabase database, bool all)
    {
        var scripts = SchemaScripts.Embedded("control", database.Provider);
        if (!all)
            scripts = new SchemaScripts("control", VersionBefore, () => [.. SchemaScripts.Embedded("control", database.Provider).Load().Take(VersionBefore)]);
        return new SchemaMigrator(database.Provider, database.Location, scripts, TimeProvider.System);
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }
}

public sealed class SqliteUpgradeTests : UpgradeContract, IDisposable
{
    private readonly SqliteBackend _backend;

    public SqliteUpgradeTests() : this(new SqliteBackend()) { }

    private SqliteUpgradeTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public void Dispose() => _backend.Dispose();
}

public sealed class PostgresUpgradeTests() : UpgradeContract(new PostgresBackend());
