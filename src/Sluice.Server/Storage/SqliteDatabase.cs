using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Sluice.Server.Storage.Schema;

namespace Sluice.Server.Storage;

internal sealed class SqliteDatabase(StorageOptions options, TimeProvider time) : SluiceDatabase(time)
{
    private readonly SqliteFile _file = new(options.Target);

    public override StorageProvider Provider => StorageProvider.Sqlite;

    public override string Location => _file.Path;

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var connection = _file.OpenChecked(checkPages: true);
        await using var _ = connection.ConfigureAwait(false);
        await new SchemaMigrator(Provider, Location, SchemaScripts.Embedded("control", Provider), Time)
            .EnsureCurrentAsync(connection, options.MigrateAtStart, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => new(_file.Open());

    public override ValueTask DisposeAsync()
    {
        _file.Release();
        return ValueTask.CompletedTask;
    }

    private protected override void Configure(DbContextOptionsBuilder<SluiceDb> builder) =>
        builder.UseSqlite(_file.ConnectionString).AddInterceptors(new ApplySettingsOnOpen());

    private sealed class ApplySettingsOnOpen : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) =>
            SqliteFile.ApplySettings((SqliteConnection)connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            SqliteFile.ApplySettings((SqliteConnection)connection);
            return Task.CompletedTask;
        }
    }
}
