using Microsoft.Data.Sqlite;

namespace Sluice.Server.Storage;

/// <summary>One SQLite database file: how it is made, opened and checked.</summary>
internal sealed class SqliteFile(string path)
{
    private const int WaitForLockMs = 5_000;
    // Readers that stay long can let the write-ahead log grow; after a checkpoint it is cut back to this.
    private const int WalBytesMax = 64 * 1024 * 1024;
    // A quarter of a second's work. A million keys make a file of a gigabyte, and a start must not wait for all of it to be read.
    private const int CheckedBytesMax = 64 * 1024 * 1024;

    public string Path { get; } = path;

    public string ConnectionString { get; } = new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWriteCreate,
        ForeignKeys = true,
        DefaultTimeout = WaitForLockMs / 1000,
    }.ToString();

    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            connection.Open();
            ApplySettings(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Settings that SQLite forgets with the connection. synchronous=FULL: in WAL mode NORMAL may lose the last commits to a power cut,
    /// which would bring a revoked key back to life.
    /// </summary>
    public static void ApplySettings(SqliteConnection connection) =>
        Execute(connection, $"pragma synchronous = full; pragma busy_timeout = {WaitForLockMs}; pragma journal_size_limit = {WalBytesMax}");

    /// <summary>Makes the file if need be, and opens it once it is known to be a whole SQLite database that can be written.</summary>
    /// <param name="checkPages">Reads every page, while the file is small enough for it; damage in a large one shows when the page is used.</param>
    /// <exception cref="StorageException">It is damaged, locked, read-only or cannot be made.</exception>
    public SqliteConnection OpenChecked(bool checkPages)
    {
        SqliteConnection? connection = null;
        try
        {
            MakeFile();
            connection = Open();
            Execute(connection, "pragma journal_mode = wal");
            if (checkPages && new FileInfo(Path).Length <= CheckedBytesMax && Scalar(connection, "pragma quick_check(1)") is string verdict && verdict != "ok")
                throw new StorageException(Damaged(verdict));
            Scalar(connection, "select count(*) from sqlite_master");
            // Takes the write lock, which a read-only file or folder refuses.
            Execute(connection, "begin immediate; rollback");
            return connection;
        }
        catch (SqliteException e)
        {
            Close(connection);
            throw new StorageException(Explain(e), e);
        }
        catch (StorageException)
        {
            Close(connection);
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Close(connection);
            throw new StorageException($"The database file {Path} cannot be made or opened ({e.Message}): check that its folder exists and can be written.", e);
        }
    }

    /// <summary>Lets go of the file: pooled connections keep it open.</summary>
    public void Release()
    {
        using var connection = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(connection);
    }

    private void Close(SqliteConnection? connection)
    {
        connection?.Dispose();
        Release();
    }

    private void MakeFile()
    {
        if (File.Exists(Path)) return;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        // SQLite gives its -wal and -shm files the rights of the database file.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(Path, options);
    }

    private string Explain(SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => $"The database file {Path} is locked by another process: stop the other Sluice that uses this data folder.",
        8 => $"The database file {Path} is read-only: give the user that runs Sluice the right to write it and its folder.",
        11 or 26 => Damaged(e.Message),
        13 => $"The disk that holds the database file {Path} is full: free some space.",
        14 => $"The database file {Path} cannot be opened: check that its folder exists and can be written.",
        _ => $"The database file {Path} cannot be used: {e.Message}",
    };

    private string Damaged(string detail) =>
        $"The database file {Path} is damaged ({detail}): restore it from a backup, or move it and its -wal and -shm files away to begin with an empty one.";

#pragma warning disable CA2100 // Constants of this class.
    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
#pragma warning restore CA2100
}
