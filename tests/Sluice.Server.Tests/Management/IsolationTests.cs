using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management;

namespace Sluice.Server.Tests.Management;

public class IsolationTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task An_object_of_another_organisation_cannot_be_told_from_none()
    {
        var key = (await server.CreateKeyAsync()).Id;
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}""")).Id;
        var upstream = await server.CreateUpstreamAsync("isolated");
        var request = await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA);
        var others = new Dictionary<string, string>();
        foreach (var kind in OrganisationObjects.Kinds)
            others[kind] = await OrganisationObjects.NewAsync(server, kind);
        var auditsBefore = await server.AuditCountAsync();
        foreach (var operation in ManagementRoutes.All.Where(o => o.Path.Contains("{id}", StringComparison.Ordinal)))
        {
            var (foreign, unknown) = ReviewedObjects.KindOf(operation.Path) switch
            {
                "keys" => (key, "key_00000000000000000000000000"),
                "projects" => (project, "prj_00000000000000000000000000"),
                "upstreams" => (upstream, "ups_00000000000000000000000000"),
                var kind when others.TryGetValue(kind, out var id) => (id, OrganisationObjects.UnknownOf(id)),
                _ => (request, "req_00000000000000000000000000"),
            };
            foreach (var body in operation.Body is null ? new string?[] { null } : ["{}", """{"name":"stolen"}""", "[", """{"name":7}"""])
            {
                var theirs = await server.SendAsync(operation.Method, Path(operation.Path, foreign), body, server.OtherToken);
                var none = await server.SendAsync(operation.Method, Path(operation.Path, unknown), body, server.OtherToken);
                theirs.Status.ShouldBe(none.Status, operation.Name);
                theirs.WithoutRequestId.ShouldBe(none.WithoutRequestId, operation.Name);
                ((int)theirs.Status).ShouldBeInRange(400, 404, operation.Name);
            }
        }

        (await server.AuditCountAsync()).ShouldBe(auditsBefore);

        static string Path(string path, string id) => "/api/v1" + path.Replace("{id}", id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_hold_nothing_of_another_organisation()
    {
        await server.CreateKeyAsync();
        await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA);
        foreach (var kind in OrganisationObjects.Kinds)
            await OrganisationObjects.NewAsync(server, kind);
        foreach (var path in new[] { "/api/v1/members", "/api/v1/roles", "/api/v1/assignments", "/api/v1/invitations", "/api/v1/tokens", "/api/v1/keys", "/api/v1/projects", "/api/v1/requests", "/api/v1/audit", $"/api/v1/keys?projectId={ManagementServer.ProjectA}", $"/api/v1/requests?projectId={ManagementServer.ProjectA}" })
        {
            var reply = await server.SendAsync("GET", path, token: server.OtherToken);
            reply.Text.ShouldNotContain(ManagementServer.OrganisationA, customMessage: path);
            reply.Json.GetProperty("data").EnumerateArray().Count(e => e.TryGetProperty("projectId", out var p) && p.GetString() == ManagementServer.ProjectA).ShouldBe(0, path);
        }
    }

    [Fact]
    public async Task A_cursor_of_another_organisation_opens_nothing()
    {
        await server.CreateKeyAsync();
        await server.CreateKeyAsync();
        var cursor = (await server.SendAsync("GET", "/api/v1/keys?limit=1")).Json.GetProperty("nextCursor").GetString();
        var reply = await server.SendAsync("GET", $"/api/v1/keys?cursor={cursor}", token: server.OtherToken);
        reply.Json.GetProperty("data").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_key_cannot_be_made_in_another_organisations_project()
    {
        var foreign = await server.SendAsync("POST", "/api/v1/keys", $$"""{"name":"k","kind":"test","projectId":"{{ManagementServer.ProjectA}}"}""", server.OtherToken);
        var none = await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"test","projectId":"prj_none"}""", server.OtherToken);
        foreign.WithoutRequestId.ShouldBe(none.WithoutRequestId);
    }

    [Fact]
    public async Task An_idempotency_key_of_one_organisation_is_unknown_to_another()
    {
        var own = await server.SendAsync("POST", "/api/v1/projects", """{"name":"mine"}""", headers: ("Idempotency-Key", "shared"));
        var other = await server.SendAsync("POST", "/api/v1/projects", """{"name":"theirs"}""", server.OtherToken, headers: ("Idempotency-Key", "shared"));
        ((int)other.Status).ShouldBe(201);
        other.Id.ShouldNotBe(own.Id);
    }

    [Fact]
    public async Task No_member_beyond_the_contract_can_be_set()
    {
        var key = (await server.CreateKeyAsync()).Id;
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}""")).Id;
        var upstream = await server.CreateUpstreamAsync("assigned");
        var (made, owner) = (await OthersAsync(), await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner"));
        await using var model = server.Database.CreateContext();
        var columns = model.Model.GetEntityTypes().SelectMany(e => e.GetProperties()).Select(p => p.Name);
        string[] others =
        [
            "role", "roles", "orgId", "organisation", "organization", "organizationId", "tenant", "tenantId", "isAdmin", "admin", "isOperator", "owner", "ownerId",
            "userId", "createdBy", "balance", "credits", "passwordHash", "password", "secret", "key", "apiKeyHash", "token", "allowedRoutes", "permissions",
            "permission", "createdAt", "updatedAt", "deletedAt", "revoked", "revokedAt", "status", "state", "usage", "credentials", "prefix", "verified",
            "quota", "tier", "__proto__", "constructor", "$type", "$id", "source",
        ];
        var names = columns.Concat(others).SelectMany(n => new[] { n, char.ToLowerInvariant(n[0]) + n[1..], JsonNamingPolicy.SnakeCaseLower.ConvertName(n), char.ToUpperInvariant(n[0]) + n[1..] }).Distinct(StringComparer.Ordinal).ToList();

        foreach (var operation in ManagementRoutes.All.Where(o => o.Body is not null))
        {
            var path = "/api/v1" + operation.Path.Replace("{id}", ReviewedObjects.KindOf(operation.Path) switch { "keys" => key, "projects" => project, var kind when made.TryGetValue(kind, out var id) => id, _ => upstream }, StringComparison.Ordinal);
            var known = ManagementJson.Default.GetTypeInfo(operation.Body!)!.Properties.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
            var before = await DumpAsync();
            foreach (var chunk in names.Where(n => !known.Contains(n)).Chunk(40))
            {
                var reply = await server.SendAsync(operation.Method, path, $$"""{{{string.Join(',', chunk.Select(n => $"{JsonSerializer.Serialize(n)}:\"x\""))}}}""", operation.NeedsPerson ? owner.Token : null);
                ((int)reply.Status).ShouldBe(400, operation.Name);
                chunk.Except(reply.Fields).ShouldBeEmpty(operation.Name);
            }

            (await DumpAsync()).ShouldBe(before, operation.Name);
        }

        Task<string> DumpAsync() => server.QueryAsync(async db => JsonSerializer.Serialize(new
        {
            keys = await db.Keys.AsNoTracking().OrderBy(k => k.Id).ToListAsync(),
            projects = await db.Projects.AsNoTracking().OrderBy(p => p.Id).ToListAsync(),
            roles = await db.Roles.AsNoTracking().OrderBy(r => r.Id).ToListAsync(),
            assignments = await db.Assignments.AsNoTracking().OrderBy(a => a.Id).ToListAsync(),
            members = await db.Members.AsNoTracking().OrderBy(m => m.AccountId).ToListAsync(),
            tiers = await db.Tiers.AsNoTracking().OrderBy(t => t.Id).ToListAsync(),
            organisations = await db.Organisations.AsNoTracking().OrderBy(o => o.Id).ToListAsync(),
            upstreams = await db.Upstreams.AsNoTracking().OrderBy(u => u.Id).ToListAsync(),
            audits = await db.AuditEntries.CountAsync(),
        }));
    }

    [Fact]
    public async Task Every_body_takes_exactly_the_members_of_its_contract()
    {
        var key = (await server.CreateKeyAsync()).Id;
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}""")).Id;
        var upstream = await server.CreateUpstreamAsync("contract");
        var (made, owner) = (await OthersAsync(), await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner"));
        foreach (var operation in ManagementRoutes.All.Where(o => o.Body is not null))
        {
            var path = "/api/v1" + operation.Path.Replace("{id}", ReviewedObjects.KindOf(operation.Path) switch { "keys" => key, "projects" => project, var kind when made.TryGetValue(kind, out var id) => id, _ => upstream }, StringComparison.Ordinal);
            var reply = await server.SendAsync(operation.Method, path, """{"zzz":1}""", operation.NeedsPerson ? owner.Token : null);
            var message = reply.Json.GetProperty("errors").EnumerateArray().Single(e => e.GetProperty("field").GetString() == "zzz").GetProperty("message").GetString()!;
            var taken = message[(message.IndexOf("Known are: ", StringComparison.Ordinal) + 11)..].TrimEnd('.').Split(", ");
            var contract = ManagementJson.Default.GetTypeInfo(operation.Body!)!.Properties.Select(p => p.Name);
            taken.Order(StringComparer.Ordinal).ShouldBe(contract.Order(StringComparer.Ordinal), operation.Name);
        }
    }

    private async Task<Dictionary<string, string>> OthersAsync()
    {
        var others = new Dictionary<string, string>();
        foreach (var kind in OrganisationObjects.Kinds)
            others[kind] = await OrganisationObjects.NewAsync(server, kind);
        return others;
    }
}
