using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Audit;
using Sluice.Server.Management.AuditLog;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management;

/// <summary>Looking at, exporting and checking the audit log.</summary>
public class AuditLogTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task Filters_narrow_the_log_and_keep_narrowing_on_the_next_page()
    {
        var owner = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        var key = (await server.CreateKeyAsync(token: owner.Token)).Id;
        await server.SendAsync("POST", $"/api/v1/keys/{key}/disable", token: owner.Token);
        await server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}""", owner.Token);
        server.Time.Advance(TimeSpan.FromMinutes(1));
        var middle = server.Time.GetUtcNow();
        await server.SendAsync("POST", $"/api/v1/keys/{key}/enable", token: owner.Token);

        (await ActionsAsync($"actorId={owner.AccountId}")).ShouldBe(["key.enable", "project.create", "key.disable", "key.create"]);
        (await ActionsAsync($"actorId={owner.AccountId}&action=key.*")).ShouldBe(["key.enable", "key.disable", "key.create"]);
        (await ActionsAsync($"actorId={owner.AccountId}&action=key.create")).ShouldBe(["key.create"]);
        (await ActionsAsync($"actorId={owner.AccountId}&action=KEY.*")).ShouldBeEmpty();
        (await ActionsAsync($"actorId={owner.AccountId}&action=ke.*")).ShouldBeEmpty();
        (await ActionsAsync($"actorId={owner.AccountId}&action=k_y.*")).ShouldBeEmpty();
        (await ActionsAsync($"subjectId={key}&from={middle:yyyy-MM-dd'T'HH:mm:ss'Z'}")).ShouldBe(["key.enable"]);
        (await ActionsAsync($"subjectId={key}&to={middle:yyyy-MM-dd'T'HH:mm:ss'Z'}")).ShouldBe(["key.disable", "key.create"]);
        var first = await server.SendAsync("GET", $"/api/v1/audit?actorId={owner.AccountId}&action=key.*&limit=2");
        var second = await server.SendAsync("GET", $"/api/v1/audit?actorId={owner.AccountId}&action=key.*&limit=2&cursor={first.Json.GetProperty("nextCursor").GetString()}");
        second.Json.GetProperty("data").EnumerateArray().Select(e => e.GetProperty("action").GetString()).ShouldBe(["key.create"]);
        second.Json.GetProperty("nextCursor").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("action=*", "action")]
    [InlineData("action=key*", "action")]
    [InlineData("action=*.create", "action")]
    [InlineData("action=key.**", "action")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z", "to")]
    [InlineData("actor=acc_1", "actor")]
    public async Task A_filter_that_cannot_be_meant_is_refused(string query, string field)
    {
        var reply = await server.SendAsync("GET", "/api/v1/audit?" + query);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.ShouldBe([field]);
    }

    [Fact]
    public async Task An_export_holds_the_whole_chain_in_order_and_is_audited()
    {
        await FillAsync(AuditExport.PageRows + 7);
        var expected = await EntriesAsync();
        var reply = await server.SendAsync("GET", "/api/v1/audit/export");
        reply.Status.ShouldBe(HttpStatusCode.OK);
        reply.MediaType.ShouldBe("application/jsonl");
        reply.Headers["content-disposition"].ShouldBe("attachment; filename=\"audit.jsonl\"");
        var lines = reply.Text.TrimEnd('\n').Split('\n').Select(l => JsonElement.Parse(l)).ToList();
        lines.Count.ShouldBe(expected.Count);
        lines.Select(l => l.GetProperty("seq").GetInt64()).ShouldBe(expected.Select(e => e.Seq));
        lines.Select(l => l.GetProperty("hash").GetString()).ShouldBe(expected.Select(e => Convert.ToHexStringLower(e.Hash)));
        lines.Skip(1).Select(l => l.GetProperty("previousHash").GetString()).ShouldBe(lines.SkipLast(1).Select(l => l.GetProperty("hash").GetString()));

        var audited = (await EntriesAsync())[^1];
        (audited.Action, audited.ActorId).ShouldBe(("audit.export", "mgt_own"));
        JsonElement.Parse(audited.Detail).GetProperty("lastSeq").GetInt64().ShouldBe(expected.Count);
    }

    [Fact]
    public async Task An_export_takes_its_span_and_nothing_of_another_organisation()
    {
        server.Time.Advance(TimeSpan.FromHours(1));
        var from = server.Time.GetUtcNow();
        var mine = (await server.CreateKeyAsync()).Id;
        var theirs = (await server.CreateKeyAsync(token: server.OtherToken)).Id;
        server.Time.Advance(TimeSpan.FromHours(1));
        var to = server.Time.GetUtcNow();
        await server.CreateKeyAsync();
        var reply = await server.SendAsync("GET", string.Create(CultureInfo.InvariantCulture, $"/api/v1/audit/export?format=jsonl&from={from:yyyy-MM-dd'T'HH:mm:ss'Z'}&to={to:yyyy-MM-dd'T'HH:mm:ss'Z'}"));
        reply.Text.TrimEnd('\n').Split('\n').Select(l => JsonElement.Parse(l).GetProperty("subjectId").GetString()).ShouldBe([mine]);
        (await server.SendAsync("GET", "/api/v1/audit/export", token: server.OtherToken)).Text.ShouldSatisfyAllConditions(t => t.ShouldContain(theirs), t => t.ShouldNotContain(mine));
        (await server.SendAsync("GET", "/api/v1/audit/export?from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00Z")).Bytes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Csv_is_rfc_4180_and_harmless_to_spreadsheets()
    {
        await AppendAsync("=cmd|' /C calc'!A0", """{"name":"a, \"b\""}""");
        await AppendAsync("key_1", "+1+1");
        await AppendAsync("-key", "@SUM(A1)");
        await AppendAsync("\tkey", "two\r\nlines");
        var reply = await server.SendAsync("GET", "/api/v1/audit/export?format=csv");
        reply.MediaType.ShouldBe("text/csv");
        reply.Bytes.Take(3).ShouldBe([0xEF, 0xBB, 0xBF]);
        var rows = Csv.Read(reply.Text.TrimStart('\uFEFF'));
        rows[0].ShouldBe(["seq", "at", "actorId", "action", "subjectId", "detail", "previousHash", "hash"]);
        rows.ShouldAllBe(r => r.Count == 8);
        rows.TakeLast(4).Select(r => (r[4], r[5])).ShouldBe(
        [
            ("'=cmd|' /C calc'!A0", """{"name":"a, \"b\""}"""), ("key_1", "'+1+1"), ("'-key", "'@SUM(A1)"), ("'\tkey", "two\r\nlines"),
        ]);
        rows.SelectMany(r => r).ShouldAllBe(field => field.Length == 0 || !"=+-@\t\r".Contains(field[0]));
    }

    [Theory]
    [InlineData("format=xml", "format")]
    [InlineData("limit=5", "limit")]
    public async Task An_export_that_cannot_be_meant_is_refused_and_not_audited(string query, string field)
    {
        var before = await server.AuditCountAsync();
        (await server.SendAsync("GET", "/api/v1/audit/export?" + query)).Fields.ShouldBe([field]);
        (await server.AuditCountAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_check_says_that_the_log_holds_and_what_it_was_compared_with()
    {
        await server.CreateKeyAsync(token: server.OtherToken);
        var before = await server.AuditCountAsync();
        var reply = await server.SendAsync("POST", "/api/v1/audit/verify", token: server.OtherToken);
        reply.Status.ShouldBe(HttpStatusCode.OK);
        reply.Json.GetProperty("holds").GetBoolean().ShouldBeTrue(reply.Text);
        reply.Json.GetProperty("firstBadSeq").ValueKind.ShouldBe(JsonValueKind.Null);
        reply.Json.GetProperty("entries").GetInt64().ShouldBe(await server.QueryAsync(db => db.AuditEntries.CountAsync(a => a.OrganisationId == ManagementServer.OrganisationB)));
        (await server.AuditCountAsync()).ShouldBe(before);
    }

    private async Task<IReadOnlyList<string?>> ActionsAsync(string query) =>
        [.. (await server.SendAsync("GET", $"/api/v1/audit?limit=100&{query}")).Json.GetProperty("data").EnumerateArray().Select(e => e.GetProperty("action").GetString())];

    private Task<List<AuditEntryRow>> EntriesAsync() => server.QueryAsync(db => db.AuditEntries.AsNoTracking().Where(a => a.OrganisationId == ManagementServer.OrganisationA).OrderBy(a => a.Seq).ToListAsync());

    private async Task FillAsync(int count)
    {
        for (var i = 0; i < count; i++) await AppendAsync("key_" + i, "{}", save: i % 100 == 99 || i == count - 1);
    }

    private SluiceDb? _filling;
    private AuditEntryRow? _last;

    private async Task AppendAsync(string subjectId, string detail, bool save = true)
    {
        var chain = server.Services.GetRequiredService<AuditChain>();
        _last ??= (await EntriesAsync()).LastOrDefault();
        _filling ??= server.Database.CreateContext();
        _filling.AuditEntries.Add(_last = chain.Following(_last, ManagementServer.OrganisationA, "mgt_own", "key.update", subjectId, detail));
        if (!save) return;
        await _filling.SaveChangesAsync(TestContext.Current.CancellationToken);
        await _filling.DisposeAsync();
        (_filling, _last) = (null, null);
    }
}

/// <summary>An audit log that was tampered with, over HTTP; a server of its own, since nothing makes it whole again.</summary>
public class TamperedAuditLogTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_check_names_the_first_bad_entry_and_a_cut_tail()
    {
        for (var i = 0; i < 4; i++) await server.CreateKeyAsync();
        await server.CreateKeyAsync(token: server.OtherToken);
        using var job = ActivatorUtilities.CreateInstance<WriteCheckpoints>(server.Services, new Sluice.Server.Hosting.Readiness());
        await job.TryPassAsync(TestContext.Current.CancellationToken);
        var whole = await server.SendAsync("POST", "/api/v1/audit/verify");
        whole.Json.GetProperty("holds").GetBoolean().ShouldBeTrue(whole.Text);
        whole.Json.GetProperty("checkpoints").GetProperty("newestSeq").GetInt64().ShouldBe(4);

        await server.QueryAsync(db => db.Database.ExecuteSqlRawAsync("drop trigger audit_entries_stay; drop trigger audit_entries_remain; delete from audit_entries where organisation_id = 'org_a' and seq = 4"));
        var cut = await server.SendAsync("POST", "/api/v1/audit/verify");
        (cut.Json.GetProperty("holds").GetBoolean(), cut.Json.GetProperty("firstBadSeq").GetInt64(), cut.Json.GetProperty("defect").GetString()).ShouldBe((false, 4, "cut"));

        await server.QueryAsync(db => db.Database.ExecuteSqlRawAsync("update audit_entries set detail = 'not json' where organisation_id = 'org_a' and seq = 2"));
        var changed = await server.SendAsync("POST", "/api/v1/audit/verify");
        (changed.Json.GetProperty("holds").GetBoolean(), changed.Json.GetProperty("firstBadSeq").GetInt64(), changed.Json.GetProperty("defect").GetString()).ShouldBe((false, 2, "changed"));
        changed.Json.GetProperty("problem").GetString().ShouldNotBeNullOrEmpty();
        server.Log.ShouldContain("audit log of org_a does not hold at 2");

        // What was tampered with is still shown, and others are not concerned.
        (await server.SendAsync("GET", "/api/v1/audit")).Text.ShouldContain("\"not json\"");
        (await server.SendAsync("POST", "/api/v1/audit/verify", token: server.OtherToken)).Json.GetProperty("holds").GetBoolean().ShouldBeTrue();
    }
}

/// <summary>Reads CSV as RFC 4180 has it, and throws at anything else.</summary>
internal static class Csv
{
    public static IReadOnlyList<IReadOnlyList<string>> Read(string text)
    {
        var rows = new List<IReadOnlyList<string>>();
        var at = 0;
        while (at < text.Length)
        {
            var row = new List<string>();
            while (true)
            {
                row.Add(Field(text, ref at));
                if (text[at] == ',')
                {
                    at++;
                    continue;
                }

                if (text[at..(at + 2)] != "\r\n") throw new FormatException($"A line ends otherwise than with CRLF at {at}.");
                at += 2;
                break;
            }

            rows.Add(row);
        }

        return rows;
    }

    private static string Field(string text, ref int at)
    {
        if (text[at] != '"')
        {
            var end = text.AsSpan(at).IndexOfAny(",\r\n\"");
            if (text[at + end] is '"' or '\n') throw new FormatException($"A quote or line feed stands in a bare field at {at}.");
            var bare = text.Substring(at, end);
            at += end;
            return bare;
        }

        var field = new System.Text.StringBuilder();
        for (at++; ; at++)
        {
            if (text[at] != '"') field.Append(text[at]);
            else if (text[at + 1] == '"') field.Append(text[++at]);
            else break;
        }

        at++;
        return field.ToString();
    }
}
