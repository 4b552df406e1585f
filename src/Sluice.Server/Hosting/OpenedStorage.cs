using Sluice.Gateway.Keys;
using Sluice.Server.Configuration;
using Sluice.Server.FirstRun;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Hosting;

/// <summary>The database with its schema current, the keys that belong to it, and what the first start made of them.</summary>
internal sealed record OpenedStorage(SluiceDatabase Database, KeyMaterial Material, KeyHasher Hasher, AuditChain Audit, MakeFirstRun FirstRun, FirstRunSecrets? Secrets)
{
    /// <exception cref="StorageException">The database cannot be used.</exception>
    /// <exception cref="KeyMaterialException">The keys cannot be used.</exception>
    public static async Task<OpenedStorage> OpenAsync(DataFolder folder, ServerSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var database = SluiceDatabase.Open(settings.Database is { } connection
            ? StorageOptions.Postgres(connection.Reveal(), settings.MigrateAtStart)
            : StorageOptions.Sqlite(folder.File("sluice.db")), time);
        try
        {
            await database.PrepareAsync(cancellationToken);
            var material = KeyMaterial.Load(folder.File("keys"), await database.NeedsKeyMaterialAsync(cancellationToken));
            var hasher = new KeyHasher(material.Peppers);
            var audit = new AuditChain(material, time);
            var firstRun = new MakeFirstRun(folder, database, hasher, audit, settings, time);
            return new OpenedStorage(database, material, hasher, audit, firstRun, await firstRun.PrepareAsync(cancellationToken));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }
}
