using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Storage;

public sealed class SqliteDatabaseTests : SluiceDatabaseContract, IDisposable
{
    private readonly SqliteBackend _backend;

    public SqliteDatabaseTests() : this(new SqliteBackend()) { }

    private SqliteDatabaseTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public void Dispose() => _backend.Dispose();

    // SQLite has one kind of integer for flags and for numbers of every size.
    protected override string Stored(string kind) => kind is "flag" or "int" or "long" ? "integer" : kind;

    protected override async Task<IReadOnlyList<(string Table, string Column, bool Nullable, string Kind)>> ReadColumnsAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select m.name, c.name, c."notnull" = 0, c.type, m.sql from sqlite_master m, pragma_table_info(m.name) c
            where m.type = 'table' and m.name not like 'sqlite_%'
            """;
        var columns = new List<(string, string, bool, string)>();
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            var kind = reader.GetString(3) switch { "TEXT" => "text", "BLOB" => "bytes", "INTEGER" => "integer", var other => other };
            // A rowid that fills itself in is declared without 'not null' and never is null.
            var (table, column) = (reader.GetString(0), reader.GetString(1));
            columns.Add((table, column, reader.GetBoolean(2) && (table, column) != ("changes", "seq"), kind));
        }
        return columns;
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task The_file_and_its_log_belong_to_their_owner_only()
    {
        await using var database = await PreparedAsync();
        await using var connection = await database.OpenAsync(Token);
        await ExecuteAsync(connection, "insert into changes (kind, subject_id, at_ms) values ('key', 'k', 1)");
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            File.GetUnixFileMode(_backend.DatabasePath + suffix).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")]
    [InlineData("foreign_keys", "1")]
    [InlineData("busy_timeout", "5000")]
    public async Task Every_connection_has_the_settings_that_durability_needs(string pragma, string value)
    {
        await using var database = await PreparedAsync();
        await using var connection = await database.OpenAsync(Token);
        await using var db = database.CreateContext();
        await db.Database.OpenConnectionAsync(Token);
        foreach (var c in new[] { connection, db.Database.GetDbConnection() })
        {
            await using var command = c.CreateCommand();
            command.CommandText = "pragma " + pragma;
            (await command.ExecuteScalarAsync(Token))!.ToString().ShouldBe(value);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_refused_by_name()
    {
        await File.WriteAllTextAsync(_backend.DatabasePath, new string('x', 8192), Token);
        (await RefusedAsync()).ShouldStartWith($"The database file {_backend.DatabasePath} is damaged");
    }

    [Fact]
    public async Task A_truncated_file_is_refused_by_name()
    {
        await FillAsync();
        using (var file = File.OpenWrite(_backend.DatabasePath)) file.SetLength(file.Length / 2);
        (await RefusedAsync()).ShouldStartWith($"The database file {_backend.DatabasePath} is damaged");
    }

    [Fact]
    public async Task A_damaged_page_is_refused_by_name()
    {
        await FillAsync();
        using (var file = File.OpenWrite(_backend.DatabasePath))
        {
            file.Position = 4096 * 2;
            file.Write(Enumerable.Repeat((byte)0xff, 4096 * 2).ToArray());
        }
        (await RefusedAsync()).ShouldStartWith($"The database file {_backend.DatabasePath} is damaged");
    }

    [Fact]
    public async Task A_file_locked_by_another_process_is_refused_by_name()
    {
        await FillAsync();
        await using var other = new SqliteConnection($"Data Source={_backend.DatabasePath};Pooling=False");
        await other.OpenAsync(Token);
        await ExecuteAsync(other, "begin immediate");
        (await RefusedAsync()).ShouldContain("is locked by another process");
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named()
    {
        await using var database = SluiceDatabase.Open(StorageOptions.Sqlite(Path.Combine(_backend.Folder, "none", "sluice.db")), TimeProvider.System);
        (await Should.ThrowAsync<StorageException>(() => database.PrepareAsync(Token))).Message.ShouldContain("check that its folder exists");
    }

    private async Task FillAsync()
    {
        await using (var database = await PreparedAsync())
        await using (var db = database.CreateContext())
        {
            db.Add(SampleRows.Organisation());
            for (var i = 0; i < 200; i++) db.Add(SampleRows.Project($"prj_{i}"));
            await db.SaveChangesAsync(Token);
        }
        SqliteConnection.ClearAllPools();
        await using var connection = new SqliteConnection($"Data Source={_backend.DatabasePath};Pooling=False");
        await connection.OpenAsync(Token);
        await ExecuteAsync(connection, "pragma wal_checkpoint(truncate)");
    }

    private async Task<string> RefusedAsync()
    {
        await using var database = SluiceDatabase.Open(await _backend.NewOptionsAsync(), TimeProvider.System);
        return (await Should.ThrowAsync<StorageException>(() => database.PrepareAsync(Token))).Message;
    }
}
