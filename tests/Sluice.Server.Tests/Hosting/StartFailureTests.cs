using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Sluice.Testing;

namespace Sluice.Server.Tests.Hosting;

/// <summary>What stops a start, as the operator sees it: a real process, its standard error and its exit code.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StartFailureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private async Task<string> RefusedAsync(int exitCode = 1, Dictionary<string, string>? environment = null, string[]? arguments = null, int port = 0)
    {
        await using var process = SluiceProcess.Start(_folder.Path, environment, arguments, port);
        (await process.WaitForExitAsync()).ShouldBe(exitCode, process.Output + process.Errors);
        process.Errors.ShouldNotContain("   at ", Case.Sensitive, "no stack trace");
        process.Output.ShouldNotContain("   at ", Case.Sensitive, "no stack trace");
        process.Output.ShouldNotContain("sk-slc_");
        var lines = process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(1, process.Errors);
        return lines[0];
    }

    [Fact]
    public async Task A_busy_port_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        (await RefusedAsync(port: port)).ShouldContain($"Port {port} (http://127.0.0.1:{port}) is in use by another program");
    }

    [Fact]
    public async Task A_first_start_that_found_its_port_busy_is_still_a_first_start()
    {
        using (var other = new TcpListener(IPAddress.Loopback, 0))
        {
            other.Start();
            await RefusedAsync(port: ((IPEndPoint)other.LocalEndpoint).Port);
        }
        await using var process = await SluiceProcess.StartReadyAsync(_folder.Path);
        process.Output.ShouldContain(process.FirstRun().TestKey);
        process.FirstRun().BaseUrl.ShouldBe(process.BaseUrl);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_refused()
    {
        var file = _folder.Write("here", "");
        (await RefusedAsync(arguments: ["--data", file])).ShouldBe($"The data folder {file} is a file: choose another place with --data.");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_refused()
        => (await RefusedAsync(arguments: ["--data", "/proc/sluice"])).ShouldStartWith("The data folder /proc/sluice cannot be written (");

    [Fact]
    public async Task A_second_process_on_one_data_folder_is_refused()
    {
        await using var first = await SluiceProcess.StartReadyAsync(_folder.Path);
        (await RefusedAsync()).ShouldBe($"Another Sluice uses the data folder {first.DataFolder}: stop it, or give this one a folder of its own with --data.");
    }

    [Fact]
    public async Task A_damaged_database_is_refused()
    {
        _folder.Write("data/sluice.db", new string('x', 10_000));
        (await RefusedAsync()).ShouldContain($"The database file {_folder.File("data/sluice.db")} is damaged");
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path))
        {
            process.Terminate();
            await process.WaitForExitAsync();
        }
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File("data/sluice.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "insert into schema_versions (part, version, name, applied_at_ms) values ('control', 9999, 'later', 0)";
            command.ExecuteNonQuery();
        }
        (await RefusedAsync()).ShouldContain("is at version 9999, newer than this program");
    }

    [Fact]
    public async Task Key_files_that_others_can_read_are_refused()
    {
        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path))
        {
            process.Terminate();
            await process.WaitForExitAsync();
        }
        var key = Directory.EnumerateFiles(_folder.File("data"), "*.key", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        (await RefusedAsync()).ShouldContain($"The key file {key} is open to other users");
    }

    [Fact]
    public async Task Lost_key_files_are_refused_instead_of_made_anew()
    {
        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path))
        {
            process.Terminate();
            await process.WaitForExitAsync();
        }
        foreach (var key in Directory.EnumerateFiles(_folder.File("data"), "*.key", SearchOption.AllDirectories)) File.Delete(key);
        (await RefusedAsync()).ShouldContain("is missing although the database has data that needs it");
    }

    [Fact]
    public async Task A_wrong_setting_is_refused_by_name()
        => (await RefusedAsync(environment: new() { ["Sluice__Drain__TimeoutSeconds"] = "soon" }))
            .ShouldStartWith("Sluice:Drain:TimeoutSeconds (environment variable Sluice__Drain__TimeoutSeconds) is 'soon': must be a time in seconds");

    [Fact]
    public async Task A_database_that_does_not_answer_is_refused_without_its_password()
    {
        var line = await RefusedAsync(environment: new() { ["Sluice__Database"] = $"Host=127.0.0.1;Port={FreePort.Next()};Database=d;Username=u;Password=canary" });
        line.ShouldContain("does not answer");
        line.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Forwarded_headers_from_anybody_are_refused()
        => (await RefusedAsync(environment: new() { ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true" })).ShouldStartWith("ASPNETCORE_FORWARDEDHEADERS_ENABLED lets any caller choose");

    [Fact]
    public async Task An_unknown_option_ends_with_2()
        => (await RefusedAsync(2, arguments: ["--port", "80"])).ShouldStartWith("'--port' is not an option of Sluice");

    [Theory]
    [InlineData("--help", "Usage: Sluice.Server")]
    [InlineData("--version", "Sluice 0.1.0")]
    public async Task Help_and_version_are_printed_and_nothing_is_started(string option, string expected)
    {
        await using var process = SluiceProcess.Start(_folder.Path, arguments: [option]);
        (await process.WaitForExitAsync()).ShouldBe(0);
        process.Output.ShouldContain(expected);
        Directory.Exists(_folder.File("data")).ShouldBeFalse();
    }
}
