using System.Data.Common;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Storage;

public sealed class PostgresDatabaseTests() : SluiceDatabaseContract(new PostgresBackend())
{
    protected override async Task<IReadOnlyList<(string Table, string Column, bool Nullable, string Kind)>> ReadColumnsAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "select table_name, column_name, is_nullable = 'YES', data_type from information_schema.columns where table_schema = 'public'";
        var columns = new List<(string, string, bool, string)>();
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            var kind = reader.GetString(3) switch { "bigint" => "long", "integer" => "int", "boolean" => "flag", "bytea" => "bytes", var other => other };
            columns.Add((reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), kind));
        }
        return columns;
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_named_without_the_password()
    {
        await using var database = SluiceDatabase.Open(StorageOptions.Postgres("Host=127.0.0.1;Port=1;Database=d;Username=u;Password=hunter2"), TimeProvider.System);
        var e = await Should.ThrowAsync<StorageException>(() => database.PrepareAsync(Token));
        e.Message.ShouldContain("PostgreSQL database d at 127.0.0.1:1 does not answer");
        e.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public void A_connection_string_that_cannot_be_read_is_not_repeated() =>
        Should.Throw<StorageException>(() => SluiceDatabase.Open(StorageOptions.Postgres("Host=h;Password=a;hunter2=b"), TimeProvider.System)).ToString().ShouldNotContain("hunter2");
}
