using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Management.RequestLog;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Tests.Management;

public class RequestExportTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_table_has_the_calls_of_the_list_in_its_order_and_is_audited()
    {
        var made = new List<string>();
        for (var i = 0; i < 3; i++)
            made.Add(await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, record => (record.KeyId, record.Status, record.ErrorCode) = ("key_table", 429, "rate_limit_exceeded")));
        await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, record => record.KeyId = "key_table");
        await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationB, record => (record.KeyId, record.Status) = ("key_table", 429));

        var reply = await server.SendAsync("GET", "/api/v1/requests/export?keyId=key_table&statusClass=4xx&order=oldest");
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        reply.MediaType.ShouldBe("text/csv");
        reply.Bytes.Take(3).ShouldBe([0xEF, 0xBB, 0xBF]);
        var rows = Csv.Read(reply.Text.TrimStart('\uFEFF'));
        rows.ShouldAllBe(r => r.Count == rows[0].Count);
        rows.Skip(1).Select(r => r[0]).ShouldBe(made);
        rows[1][2..4].ShouldBe(["429", "rate_limit_exceeded"]);
        var audited = await server.QueryAsync(db => db.AuditEntries.OrderByDescending(a => a.Seq).FirstAsync(a => a.OrganisationId == ManagementServer.OrganisationA, TestContext.Current.CancellationToken));
        (audited.Action, audited.SubjectId).ShouldBe(("requests.export", ManagementServer.OrganisationA));
    }

    [Fact]
    public async Task Text_that_a_spreadsheet_would_run_is_shown()
    {
        await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, record => (record.KeyId, record.ModelAsked) = ("key_formula", "=cmd|' /C calc'!A0"));
        Csv.Read((await server.SendAsync("GET", "/api/v1/requests/export?keyId=key_formula")).Text.TrimStart('\uFEFF'))[1].ShouldContain("'=cmd|' /C calc'!A0");
    }

    [Fact]
    public async Task What_a_role_does_not_reach_is_not_in_the_table()
    {
        var old = await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, record => (record.KeyId, record.StartedAtMs) = ("key_old", record.StartedAtMs - (8L * 24 * 3600 * 1000)));
        var engineer = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_ai_engineer");
        (await server.SendAsync("GET", "/api/v1/requests/export?keyId=key_old")).Text.ShouldContain(old);
        (await server.SendAsync("GET", "/api/v1/requests/export?keyId=key_old", token: engineer.Token)).Text.ShouldNotContain(old);
    }

    [Fact]
    public async Task A_table_ends_after_so_many_calls_and_says_so()
    {
        for (var i = 0; i < 5; i++)
            await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, record => record.KeyId = "key_many");
        var filter = new RecordFilter { OrganisationId = ManagementServer.OrganisationA, KeyIds = ["key_many"] };
        var records = server.Services.GetRequiredService<RecordReader>();
        (await WriteAsync(new RequestTable(records, filter, oldestFirst: false, rowsMax: 5))).Count.ShouldBe(6);
        var cut = await WriteAsync(new RequestTable(records, filter, oldestFirst: false, rowsMax: 4));
        cut.Count.ShouldBe(6);
        cut[^1][0].ShouldBe("There are more: an export ends after 4 calls.");
        cut.ShouldAllBe(r => r.Count == cut[0].Count);
    }

    [Theory]
    [InlineData("format=xml", "format")]
    [InlineData("limit=5", "limit")]
    [InlineData("from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z", "to")]
    public async Task An_export_that_cannot_be_meant_is_refused_and_not_audited(string query, string field)
    {
        var before = await server.AuditCountAsync();
        (await server.SendAsync("GET", "/api/v1/requests/export?" + query)).Fields.ShouldBe([field]);
        (await server.AuditCountAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_list_says_what_the_keys_are_called_now()
    {
        var key = await server.CreateKeyAsync("""{"name":"named in the list","kind":"test"}""");
        await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, record => record.KeyId = key.Id);
        var calls = (await server.SendAsync("GET", string.Create(CultureInfo.InvariantCulture, $"/api/v1/requests?keyId={key.Id}"))).Json.GetProperty("data");
        calls[0].GetProperty("keyName").GetString().ShouldBe("named in the list");
    }

    private static async Task<List<List<string>>> WriteAsync(RequestTable table)
    {
        using var body = new MemoryStream();
        await table.WriteAsync(body, TestContext.Current.CancellationToken);
        return [.. Csv.Read(Encoding.UTF8.GetString(body.ToArray()).TrimStart('\uFEFF')).Select(r => r.ToList())];
    }
}
