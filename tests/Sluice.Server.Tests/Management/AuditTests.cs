using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management;

public class AuditTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task Every_write_leaves_one_entry_and_no_secret_in_it()
    {
        var key = await Audited("key.create", async () => await server.CreateKeyAsync());
        var id = key.Id;
        var rotated = await Audited("key.rotate", () => server.SendAsync("POST", $"/api/v1/keys/{id}/rotate"));
        await Audited("key.update", () => server.SendAsync("PATCH", $"/api/v1/keys/{id}", """{"name":"n"}"""));
        await Audited("key.disable", () => server.SendAsync("POST", $"/api/v1/keys/{id}/disable"));
        await Audited("key.enable", () => server.SendAsync("POST", $"/api/v1/keys/{id}/enable"));
        await Audited("key.revoke", () => server.SendAsync("DELETE", $"/api/v1/keys/{id}"));
        var project = await Audited("project.create", () => server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}"""));
        await Audited("project.update", () => server.SendAsync("PATCH", $"/api/v1/projects/{project.Id}", """{"name":"q"}"""));
        await Audited("project.delete", () => server.SendAsync("DELETE", $"/api/v1/projects/{project.Id}"));
        var upstream = await Audited("upstream.create", () => server.SendAsync("POST", "/api/v1/upstreams", """{"name":"audited","kind":"openai","baseUrl":"https://api.example.com","apiKey":"sk-upstream-secret","models":["m"]}"""));
        await Audited("upstream.update", () => server.SendAsync("PATCH", $"/api/v1/upstreams/{upstream.Id}", """{"apiKey":"sk-second-secret"}"""));
        await Audited("upstream.delete", () => server.SendAsync("DELETE", $"/api/v1/upstreams/{upstream.Id}"));

        var log = await server.SendAsync("GET", "/api/v1/audit?limit=100");
        log.Text.ShouldNotContain(key.Json.GetProperty("key").GetString()!);
        log.Text.ShouldNotContain(rotated.Json.GetProperty("key").GetString()!);
        log.Text.ShouldNotContain("-secret");
        log.Json.GetProperty("data")[0].GetProperty("actorId").GetString().ShouldBe("mgt_own");
    }

    [Fact]
    public async Task The_log_is_filtered_and_paged()
    {
        var id = (await server.CreateKeyAsync()).Id;
        await server.SendAsync("POST", $"/api/v1/keys/{id}/disable");
        var first = await server.SendAsync("GET", $"/api/v1/audit?subjectId={id}&limit=1");
        first.Json.GetProperty("data")[0].GetProperty("action").GetString().ShouldBe("key.disable");
        var second = await server.SendAsync("GET", $"/api/v1/audit?subjectId={id}&limit=1&cursor={first.Json.GetProperty("nextCursor").GetString()}");
        second.Json.GetProperty("data")[0].GetProperty("action").GetString().ShouldBe("key.create");
        second.Json.GetProperty("nextCursor").GetString().ShouldBeNull();
        (await server.SendAsync("GET", $"/api/v1/audit?subjectId={id}&action=key.create")).Json.GetProperty("data").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_write_leaves_no_entry()
    {
        var before = await server.AuditCountAsync();
        await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"test","zzz":1}""");
        await server.SendAsync("DELETE", "/api/v1/keys/key_none");
        await server.SendAsync("DELETE", $"/api/v1/projects/{ManagementServer.ProjectA}", token: server.OtherToken);
        (await server.AuditCountAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Without_its_audit_entry_a_write_does_not_happen()
    {
        await server.QueryAsync(db => db.Database.ExecuteSqlRawAsync("create trigger audit_breaks before insert on audit_entries begin select raise(abort, 'no'); end"));
        try
        {
            var reply = await server.SendAsync("POST", "/api/v1/projects", """{"name":"unaudited"}""");
            reply.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            reply.Code.ShouldBe("storage_unavailable");
        }
        finally
        {
            await server.QueryAsync(db => db.Database.ExecuteSqlRawAsync("drop trigger audit_breaks"));
        }

        (await server.QueryAsync(db => db.Projects.CountAsync(p => p.Name == "unaudited"))).ShouldBe(0);
    }

    private async Task<Reply> Audited(string action, Func<Task<Reply>> act)
    {
        var before = await server.AuditCountAsync();
        var reply = await act();
        ((int)reply.Status).ShouldBeInRange(200, 204, action + " " + reply.Text);
        (await server.AuditCountAsync()).ShouldBe(before + 1, action);
        var newest = await server.QueryAsync(db => db.AuditEntries.OrderByDescending(a => a.Seq).FirstAsync(a => a.OrganisationId == ManagementServer.OrganisationA));
        newest.Action.ShouldBe(action);
        return reply;
    }
}
