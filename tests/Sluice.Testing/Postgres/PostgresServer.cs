using System.Diagnostics;
using Npgsql;

namespace Sluice.Testing.Postgres;

/// <summary>
/// A real PostgreSQL server for tests: one private cluster for each test process, on a Unix socket in a temporary folder, gone when the process ends,
/// also when it is killed. SLUICE_TEST_POSTGRES names a running server to be used instead.
/// </summary>
public sealed class PostgresServer
{
    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartAsync);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly string _maintenance;
    // Held for the process's life: were it collected, its standard input would close and the server end.
    private readonly Process? _shell;

    private PostgresServer(string maintenance, Process? shell = null) => (_maintenance, _shell) = (maintenance, shell);

    /// <summary>The server of this test process; the first call starts it.</summary>
    /// <exception cref="InvalidOperationException">There is no PostgreSQL here, or it does not start; the message says what to do.</exception>
    public static Task<PostgresServer> GetAsync() => Shared.Value;

    /// <summary>Whether this process started the server, rather than being given one.</summary>
    public bool IsPrivate => _shell is not null;

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"sluice_{Guid.CreateVersion7():n}";
        await using var connection = new NpgsqlConnection(_maintenance);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"create database {name} template template0 encoding 'UTF8'", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_maintenance) { Database = name, MaxPoolSize = 20 }.ToString();
    }

    private static async Task<PostgresServer> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("SLUICE_TEST_POSTGRES") is { Length: > 0 } given) return new PostgresServer(given);
        var binaries = PostgresBinaries.Find();
        var folder = Directory.CreateTempSubdirectory("sluice-pg-").FullName;
        // initdb and postgres refuse to run as root.
        var prefix = "";
        if (Environment.IsPrivilegedProcess)
        {
            var (uid, gid) = Unprivileged();
            prefix = $"setpriv --reuid={uid} --regid={gid} --clear-groups ";
            await RunAsync($"chown {uid}:{gid} '{folder}'", folder);
        }
        await RunAsync($"{prefix}'{binaries}/initdb' -D '{folder}/data' -U postgres --auth=trust --no-sync -E UTF8 --locale=C.UTF-8", folder);
        // The shell ends the server when its standard input closes, which happens however this process ends.
        var shell = StartShell($"""
            {prefix}'{binaries}/postgres' -D '{folder}/data' -k '{folder}' -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=200 >'{folder}/log' 2>&1 </dev/null &
            server=$!
            cat >/dev/null
            kill -QUIT $server
            wait $server
            rm -rf '{folder}'
            """, folder);
        var connectionString = new NpgsqlConnectionStringBuilder { Host = folder, Username = "postgres", Database = "postgres", MaxPoolSize = 5 }.ToString();
        await WaitAsync(connectionString, folder);
        return new PostgresServer(connectionString, shell);
    }

    private static async Task WaitAsync(string connectionString, string folder)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException e) when (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new InvalidOperationException($"PostgreSQL did not start: {e.Message}\n{await File.ReadAllTextAsync(Path.Combine(folder, "log"))}", e);
            }
            catch (NpgsqlException)
            {
                await Task.Delay(50);
            }
        }
    }

    private static Process StartShell(string script, string folder) =>
        Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardInput = true, WorkingDirectory = folder })!;

    private static async Task RunAsync(string command, string folder)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command + " 2>&1"]) { RedirectStandardOutput = true, WorkingDirectory = folder };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"PostgreSQL could not be set up for these tests: '{command}' ended with {process.ExitCode}.\n{output}");
    }

    private static (string Uid, string Gid) Unprivileged()
    {
        var users = File.ReadAllLines("/etc/passwd").Select(l => l.Split(':')).ToList();
        var user = users.Find(u => u[0] == "postgres") ?? users.Find(u => u[0] == "nobody")
            ?? throw new InvalidOperationException("PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody': add one, or run the tests as another user.");
        return (user[2], user[3]);
    }
}
