namespace Sluice.Server.Storage;

public enum StorageProvider { Sqlite, Postgres }

/// <summary>Which database the control plane is kept in.</summary>
public sealed record StorageOptions
{
    private StorageOptions(StorageProvider provider, string target, bool migrateAtStart)
        => (Provider, Target, MigrateAtStart) = (provider, target, migrateAtStart);

    public StorageProvider Provider { get; }

    /// <summary>The file, or the connection string: may hold a password, so it is never printed.</summary>
    internal string Target { get; }

    /// <summary>Whether an older schema is brought up to date at start. An empty database is always filled.</summary>
    public bool MigrateAtStart { get; }

    /// <param name="path">Path of the database file; made, with its owner's rights only, if it is not there. Its folder must exist.</param>
    public static StorageOptions Sqlite(string path) => new(StorageProvider.Sqlite, Path.GetFullPath(path), migrateAtStart: true);

    /// <param name="connectionString">An Npgsql connection string.</param>
    /// <param name="migrateAtStart">Whether this node may change an existing schema. Off by default: with many nodes the operator chooses the moment.</param>
    public static StorageOptions Postgres(string connectionString, bool migrateAtStart = false) => new(StorageProvider.Postgres, connectionString, migrateAtStart);

    public override string ToString() => Provider.ToString();
}
