using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Storage;

/// <summary>
/// The control plane's database: EF Core contexts for the management slices, plain connections where speed counts.
/// Nothing here touches EF Core before the first <see cref="CreateContext"/>: its first use costs most of a second.
/// </summary>
public abstract class SluiceDatabase : IAsyncDisposable
{
    private readonly Lazy<DbContextOptions<SluiceDb>> _contextOptions;

    private protected SluiceDatabase(TimeProvider time)
    {
        Time = time;
        _contextOptions = new(() =>
        {
            var builder = new DbContextOptionsBuilder<SluiceDb>();
            Configure(builder);
            return builder.Options;
        });
    }

    /// <summary>Makes the database object; does no I/O yet.</summary>
    /// <exception cref="StorageException">The connection string cannot be read.</exception>
    public static SluiceDatabase Open(StorageOptions options, TimeProvider time) => options.Provider switch
    {
        StorageProvider.Sqlite => new SqliteDatabase(options, time),
        _ => new PostgresDatabase(options, time),
    };

    public abstract StorageProvider Provider { get; }

    /// <summary>Names the database for the operator; holds no password.</summary>
    public abstract string Location { get; }

    private protected TimeProvider Time { get; }

    /// <summary>To be awaited once at start: checks that the database is whole and can be written, and brings its schema up to date.</summary>
    /// <exception cref="StorageException">It cannot be used; the message says why and what to do.</exception>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Whether the database holds hashes, sealed credentials or audit entries, none of which can be used without the keys they were made with.</summary>
    public async Task<bool> NeedsKeyMaterialAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var __ = command.ConfigureAwait(false);
        command.CommandText = """
            select case when exists (select 1 from key_credentials) or exists (select 1 from management_tokens)
              or exists (select 1 from upstreams where sealed_api_key is not null) or exists (select 1 from audit_entries) then 1 else 0 end
            """;
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture) == 1;
    }

    /// <summary>A unit of work. On SQLite every call on it does its I/O on the calling thread: not for socket threads.</summary>
    public SluiceDb CreateContext() => new(_contextOptions.Value);

    /// <summary>An open connection, pooled, for statements of one's own; the caller disposes it. On SQLite this blocks like <see cref="CreateContext"/>.</summary>
    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    private protected abstract void Configure(DbContextOptionsBuilder<SluiceDb> builder);
}
