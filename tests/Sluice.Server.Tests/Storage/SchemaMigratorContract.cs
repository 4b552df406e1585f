using System.Data.Common;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Schema;

namespace Sluice.Server.Tests.Storage;

/// <summary>What holds when a schema is changed, on every provider.</summary>
public abstract class SchemaMigratorContract(IStorageBackend backend)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly SchemaScript First = new(1, "0001_first", "create table one (a text not null); create table two (b text not null)");
    private static readonly SchemaScript Second = new(2, "0002_second", "create table three (c text not null); alter table one add column d text");
    private static readonly SchemaScript Failing = new(2, "0002_second", "create table three (c text not null); alter table absent add column d text");

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_behind_and_the_next_start_completes()
    {
        await using var database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await using var connection = await database.OpenAsync(Token);
        var e = await Should.ThrowAsync<StorageException>(() => MigrateAsync(database, connection, First, Failing));
        e.Message.ShouldContain("0002_second");
        e.Message.ShouldContain(database.Location);
        (await VersionsAsync(connection)).ShouldBe(["1"]);
        await MigrateAsync(database, connection, First, Second);
        (await VersionsAsync(connection)).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_schema_killed_half_way_is_completed_by_the_next_start()
    {
        var options = await backend.NewOptionsAsync();
        await using (var dying = SluiceDatabase.Open(options, TimeProvider.System))
        await using (var connection = await dying.OpenAsync(Token))
        {
            // What a process leaves that dies between two statements: an open transaction that nobody commits.
            await using var transaction = await connection.BeginTransactionAsync(Token);
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "create table one (a text not null)";
            await command.ExecuteNonQueryAsync(Token);
        }
        await using var database = SluiceDatabase.Open(options, TimeProvider.System);
        await using var second = await database.OpenAsync(Token);
        await MigrateAsync(database, second, First, Second);
        (await VersionsAsync(second)).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task An_older_schema_is_left_alone_unless_it_may_be_changed()
    {
        await using var database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await using var connection = await database.OpenAsync(Token);
        await MigrateAsync(database, connection, First);
        var e = await Should.ThrowAsync<StorageException>(() => Migrator(database, First, Second).EnsureCurrentAsync(connection, mayUpgrade: false, Token));
        e.Message.ShouldContain("Sluice:Storage:MigrateAtStart=true");
        (await VersionsAsync(connection)).ShouldBe(["1"]);
    }

    [Fact]
    public async Task A_current_schema_reads_no_script()
    {
        await using var database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await using var connection = await database.OpenAsync(Token);
        await MigrateAsync(database, connection, First);
        var scripts = new SchemaScripts("test", 1, () => throw new InvalidOperationException("read"));
        await new SchemaMigrator(database.Provider, database.Location, scripts, TimeProvider.System).EnsureCurrentAsync(connection, true, Token);
    }

    private static SchemaMigrator Migrator(SluiceDatabase database, params SchemaScript[] scripts) =>
        new(database.Provider, database.Location, new SchemaScripts("test", scripts.Length, () => scripts), TimeProvider.System);

    private static Task MigrateAsync(SluiceDatabase database, DbConnection connection, params SchemaScript[] scripts) =>
        Migrator(database, scripts).EnsureCurrentAsync(connection, mayUpgrade: true, Token);

    private static async Task<List<string>> VersionsAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "select version from schema_versions where part = 'test' order by version";
        await using var reader = await command.ExecuteReaderAsync(Token);
        var versions = new List<string>();
        while (await reader.ReadAsync(Token)) versions.Add(reader.GetValue(0).ToString()!);
        return versions;
    }
}

public sealed class SqliteSchemaMigratorTests : SchemaMigratorContract, IDisposable
{
    private readonly SqliteBackend _backend;

    public SqliteSchemaMigratorTests() : this(new SqliteBackend()) { }

    private SqliteSchemaMigratorTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public void Dispose() => _backend.Dispose();
}

public sealed class PostgresSchemaMigratorTests() : SchemaMigratorContract(new PostgresBackend());
