using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Sluice.Server.Storage.Schema;

namespace Sluice.Server.Storage;

internal sealed class PostgresDatabase : SluiceDatabase
{
    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 10;
    private readonly StorageOptions _options;

    public PostgresDatabase(StorageOptions options, TimeProvider time) : base(time)
    {
        _options = options;
        try
        {
            var builder = new NpgsqlSlimDataSourceBuilder(options.Target);
            builder.EnableArrays();
            builder.EnableTransportSecurity();
            builder.EnableIntegratedSecurity();
            var settings = builder.ConnectionStringBuilder;
            // The operator's own values stand; Npgsql's defaults would let a management call hang for half a minute.
            if (!settings.ShouldSerialize("Timeout")) settings.Timeout = ConnectSeconds;
            if (!settings.ShouldSerialize("Command Timeout")) settings.CommandTimeout = CommandSeconds;
            settings.ApplicationName ??= "sluice";
            settings.IncludeErrorDetail = false;
            Source = builder.Build();
            Location = $"PostgreSQL database {settings.Database ?? settings.Username} at {settings.Host}:{settings.Port}";
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            // The parser's message may quote parts of a password.
            throw new StorageException("The PostgreSQL connection string cannot be read: write it as 'Host=…;Database=…;Username=…;Password=…', with values that hold a semicolon in quotes.");
        }
    }

    public override StorageProvider Provider => StorageProvider.Postgres;

    public override string Location { get; }

    internal NpgsqlDataSource Source { get; }

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = await Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            await new SchemaMigrator(Provider, Location, SchemaScripts.Embedded("control", Provider), Time)
                .EnsureCurrentAsync(connection, _options.MigrateAtStart, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            throw new StorageException($"The {Location} does not answer ({e.Message}): check the connection string and that the server runs.", e);
        }
    }

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        await Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    public override ValueTask DisposeAsync() => Source.DisposeAsync();

    private protected override void Configure(DbContextOptionsBuilder<SluiceDb> builder) => builder.UseNpgsql(Source);
}
