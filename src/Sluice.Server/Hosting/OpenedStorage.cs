using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Keys;
using Sluice.Server.Configuration;
using Sluice.Server.FirstRun;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Hosting;

/// <summary>The database with its schema current, the keys that belong to it, and what the first start made of them.</summary>
internal sealed record OpenedStorage(SluiceDatabase Database, RecordStorage Records, KeyMaterial Material, KeyHasher Hasher, AuditChain Audit, MakeFirstRun FirstRun, FirstRunSecrets? Secrets) : IAsyncDisposable
{
    /// <exception cref="StorageException">The database cannot be used.</exception>
    /// <exception cref="KeyMaterialException">The keys cannot be used.</exception>
    public static async Task<OpenedStorage> OpenAsync(DataFolder folder, ServerSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var database = SluiceDatabase.Open(OptionsOf(settings, folder.Path), time);
        RecordStorage? records = null;
        try
        {
            records = RecordStorage.Open(database, folder.File("records.db"), NodeName(folder), time, settings.MigrateAtStart);
            await database.PrepareAsync(cancellationToken);
            await records.PrepareAsync(cancellationToken);
            var material = KeyMaterial.Load(folder.File("keys"), await database.NeedsKeyMaterialAsync(cancellationToken));
            var hasher = new KeyHasher(material.Peppers);
            var audit = new AuditChain(material, time);
            var firstRun = new MakeFirstRun(folder, database, hasher, audit, settings, time);
            return new OpenedStorage(database, records, material, hasher, audit, firstRun, await firstRun.PrepareAsync(cancellationToken));
        }
        catch
        {
            if (records is not null) await records.DisposeAsync();
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the control plane's database is.</summary>
    public static StorageOptions OptionsOf(ServerSettings settings, string folder) => settings.Database is { } connection
        ? StorageOptions.Postgres(connection.Reveal(), settings.MigrateAtStart)
        : StorageOptions.Sqlite(Path.Combine(folder, SqliteFileName));

    public const string SqliteFileName = "sluice.db";

    public async ValueTask DisposeAsync()
    {
        await Records.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Goes with the journal in this folder: the database knows by it how far that was drained.</summary>
    private static string NodeName(DataFolder folder)
    {
        const string FileName = "node";
        if (File.Exists(folder.File(FileName)) && File.ReadAllText(folder.File(FileName)).Trim() is { Length: > 0 and <= 64 } name) return name;
        var made = "node_" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        folder.WriteWhole(FileName, Encoding.ASCII.GetBytes(made));
        return made;
    }
}
