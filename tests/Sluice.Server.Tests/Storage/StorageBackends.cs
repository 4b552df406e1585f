using Sluice.Server.Storage;
using Sluice.Testing.Postgres;

namespace Sluice.Server.Tests.Storage;

/// <summary>Gives each test an empty database of one kind, and takes it away again.</summary>
public interface IStorageBackend
{
    Task<StorageOptions> NewOptionsAsync();
}

public sealed class SqliteBackend : IStorageBackend, IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("sluice-test-").FullName;

    public string DatabasePath => Path.Combine(Folder, "sluice.db");

    public Task<StorageOptions> NewOptionsAsync() => Task.FromResult(StorageOptions.Sqlite(DatabasePath));

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }
}

public sealed class PostgresBackend : IStorageBackend
{
    public async Task<StorageOptions> NewOptionsAsync() =>
        StorageOptions.Postgres(await (await PostgresServer.GetAsync()).CreateDatabaseAsync());
}
