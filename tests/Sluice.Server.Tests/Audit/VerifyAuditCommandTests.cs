using Sluice.Server.Audit;
using Sluice.Server.Hosting;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Server.Tests.Audit;

public sealed class VerifyAuditCommandTests
{
    private const string Unguard = "drop trigger audit_entries_stay; drop trigger audit_entries_remain; ";
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whole_logs_end_with_0_also_while_the_server_runs()
    {
        using var data = new TempFolder();
        await using (var server = await SluiceServer.StartAsync(new SluiceServerOptions { DataFolder = data.Path }))
        {
            var (code, output) = await RunAsync(data.Path);
            output.ShouldContain(": 5 entries hold.");
            code.ShouldBe(0);
        }

        var (later, text) = await RunAsync(data.Path);
        text.ShouldContain("1 checkpoints agree");
        text.Trim().Split('\n').Length.ShouldBe(1);
        later.ShouldBe(0);
    }

    [Theory]
    [InlineData("update audit_entries set detail = '{\"x\":1}' where seq = 2", "TAMPERED at entry 2 (changed)")]
    [InlineData("delete from audit_entries where seq = 3", "TAMPERED at entry 3 (removed)")]
    [InlineData("delete from audit_entries where seq = 5", "TAMPERED at entry 5 (cut)")]
    public async Task A_log_that_was_tampered_with_ends_with_3_and_is_named(string sql, string expected)
    {
        using var data = new TempFolder();
        await using (await SluiceServer.StartAsync(new SluiceServerOptions { DataFolder = data.Path })) { }
        await ExecuteAsync(StorageOptions.Sqlite(Path.Combine(data.Path, "sluice.db")), Unguard + sql);
        var before = Directory.GetFiles(data.Path).Order().ToArray();
        var (code, output) = await RunAsync(data.Path);
        output.ShouldContain(expected);
        code.ShouldBe(3);
        Directory.GetFiles(data.Path).Order().ShouldBe(before);
    }

    [Fact]
    public async Task Checkpoints_kept_elsewhere_are_used_and_judged()
    {
        using var data = new TempFolder();
        await using (await SluiceServer.StartAsync(new SluiceServerOptions { DataFolder = data.Path })) { }
        var own = Path.Combine(data.Path, "audit-checkpoints.jsonl");
        var copy = Path.Combine(data.Path, "copy.jsonl");
        File.Move(own, copy);
        await ExecuteAsync(StorageOptions.Sqlite(Path.Combine(data.Path, "sluice.db")), Unguard + "delete from audit_entries where seq = 5");
        (await RunAsync(data.Path)).Code.ShouldBe(0);
        (await RunAsync(data.Path, "--checkpoints", copy)).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(3), r => r.Output.ShouldContain("TAMPERED at entry 5 (cut)"));

        File.WriteAllText(copy, File.ReadAllText(copy).Replace("\"seq\":5", "\"seq\":4", StringComparison.Ordinal));
        (await RunAsync(data.Path, "--checkpoints", copy)).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(3), r => r.Output.ShouldContain("copy.jsonl is not as it was written, from line 1 on"));
    }

    [Fact]
    public async Task What_cannot_be_checked_is_refused_and_nothing_is_made()
    {
        using var data = new TempFolder();
        var nothing = await Should.ThrowAsync<StartupException>(() => RunAsync(data.Path));
        (nothing.ExitCode, nothing.Message).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(1), r => r.Message.ShouldContain("no database"));
        Directory.GetFileSystemEntries(data.Path).ShouldBeEmpty();

        await using (await SluiceServer.StartAsync(new SluiceServerOptions { DataFolder = data.Path })) { }
        (await Should.ThrowAsync<StartupException>(() => RunAsync(data.Path, "--organisation", "org_none"))).Message.ShouldContain("org_none");
        (await Should.ThrowAsync<StartupException>(() => RunAsync(data.Path, "--checkpoints", "none.jsonl"))).Message.ShouldContain("none.jsonl");
        Directory.Delete(Path.Combine(data.Path, "keys"), recursive: true);
        await Should.ThrowAsync<KeyMaterialException>(() => RunAsync(data.Path));
    }

    [Fact]
    public async Task Logs_on_PostgreSQL_are_checked_too()
    {
        using var data = new TempFolder();
        var connection = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        var settings = new Dictionary<string, string> { ["Sluice__Database"] = connection };
        await using (await SluiceServer.StartAsync(new SluiceServerOptions { DataFolder = data.Path, Settings = { ["Sluice:Database"] = connection } })) { }
        (await RunAsync(data.Path, settings)).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0), r => r.Output.ShouldContain("5 entries hold"));
        await ExecuteAsync(StorageOptions.Postgres(connection), "alter table audit_entries disable trigger all; update audit_entries set seq = 4 where seq = 5 and false; delete from audit_entries where seq = 5");
        (await RunAsync(data.Path, settings)).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(3), r => r.Output.ShouldContain("TAMPERED at entry 5 (cut)"));
    }

    [Fact]
    public async Task The_program_itself_ends_with_these_codes()
    {
        using var data = new TempFolder();
        await using (await SluiceServer.StartAsync(new SluiceServerOptions { DataFolder = data.Path })) { }
        (await SluiceHost.RunAsync(["audit", "verify", "--data", data.Path])).ShouldBe(0);
        (await SluiceHost.RunAsync(["audit", "verify", "--data", data.Path, "--organisation", "org_none"])).ShouldBe(1);
        (await SluiceHost.RunAsync(["audit", "verify", "--loud"])).ShouldBe(2);
        (await SluiceHost.RunAsync(["--organisation", "org_none"])).ShouldBe(2);
        await ExecuteAsync(StorageOptions.Sqlite(Path.Combine(data.Path, "sluice.db")), Unguard + "delete from audit_entries where seq = 1");
        (await SluiceHost.RunAsync(["audit", "verify", "--data", data.Path])).ShouldBe(3);
    }

    private static Task<(int Code, string Output)> RunAsync(string data, params string[] more) => RunAsync(data, new Dictionary<string, string>(), more);

    private static async Task<(int Code, string Output)> RunAsync(string data, Dictionary<string, string> environment, params string[] more)
    {
        var output = new StringWriter();
        var code = await VerifyAuditCommand.RunAsync(CommandLine.Parse(["audit", "verify", "--data", data, .. more]), data, environment, output, Token);
        return (code, output.ToString());
    }

    private static async Task ExecuteAsync(StorageOptions options, string sql)
    {
        await using var database = SluiceDatabase.Open(options, TimeProvider.System);
        await using var connection = await database.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }
}
