using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Keys;

/// <summary>Whose a key is, who may say so, and that nobody gets more by a key than they may do themselves.</summary>
public class KeyOwnershipTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string B = ManagementServer.OrganisationB;

    [Fact]
    public async Task A_key_belongs_to_the_person_who_makes_it_and_a_tokens_to_nobody()
    {
        var person = await server.AddPersonAsync(B, "role_developer");
        var own = (await server.CreateKeyAsync(token: person.Token)).Json;
        own.GetProperty("owner").GetProperty("id").GetString().ShouldBe(person.AccountId);
        own.GetProperty("owner").GetProperty("name").GetString()!.ShouldStartWith("Person ");
        own.GetProperty("narrowedBy").ValueKind.ShouldBe(JsonValueKind.Null);
        var service = (await server.CreateKeyAsync(token: server.OtherToken)).Json;
        service.GetProperty("owner").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Somebody_who_manages_members_makes_keys_for_others_and_a_developer_does_not()
    {
        var admin = await server.AddPersonAsync(B, "role_admin");
        var developer = await server.AddPersonAsync(B, "role_developer");
        var other = await server.AddPersonAsync(B, "role_developer");
        (await CreateAsync(admin, $"\"{developer.AccountId}\"")).Json.GetProperty("owner").GetProperty("id").GetString().ShouldBe(developer.AccountId);
        (await CreateAsync(admin, "null")).Json.GetProperty("owner").ValueKind.ShouldBe(JsonValueKind.Null);
        foreach (var owner in new[] { $"\"{other.AccountId}\"", "null" })
        {
            var refused = await CreateAsync(developer, owner);
            refused.Status.ShouldBe(HttpStatusCode.Forbidden);
            refused.Code.ShouldBe("permission_denied");
            refused.Fields.ShouldBe(["ownerId"]);
            refused.Text.ShouldContain("members.write");
        }
    }

    [Fact]
    public async Task A_person_elsewhere_and_one_that_does_not_exist_are_refused_alike()
    {
        var admin = await server.AddPersonAsync(B, "role_admin");
        var foreign = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_developer");
        var elsewhere = await CreateAsync(admin, $"\"{foreign.AccountId}\"");
        var nowhere = await CreateAsync(admin, "\"acc_00000000000000000000000000\"");
        elsewhere.Status.ShouldBe(HttpStatusCode.BadRequest);
        elsewhere.Fields.ShouldBe(["ownerId"]);
        elsewhere.WithoutRequestId.ShouldBe(nowhere.WithoutRequestId);
    }

    [Fact]
    public async Task An_owner_needs_a_role_in_the_keys_project()
    {
        var admin = await server.AddPersonAsync(B, "role_admin");
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"second"}""", server.OtherToken)).Id;
        var there = await server.AddPersonAsync(B, "role_developer", project);
        var nothing = await server.AddPersonAsync(B);
        (await CreateAsync(admin, $"\"{there.AccountId}\"", $",\"projectId\":\"{project}\"")).Status.ShouldBe(HttpStatusCode.Created);
        (await CreateAsync(admin, $"\"{there.AccountId}\"", $",\"projectId\":\"{ManagementServer.ProjectB}\"")).Fields.ShouldBe(["ownerId"]);
        (await CreateAsync(admin, $"\"{nothing.AccountId}\"")).Fields.ShouldBe(["ownerId"]);
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == there.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        (await CreateAsync(admin, $"\"{there.AccountId}\"", $",\"projectId\":\"{project}\"")).Text.ShouldContain("suspended");
    }

    [Fact]
    public async Task Nobody_gets_more_by_choosing_an_owner_than_they_may_do_themselves()
    {
        var role = await AddRoleAsync(new Permission { Action = "keys.*" }, new Permission { Action = "members.write" }, new Permission { Action = Permissions.ApiCall, Models = ["small-*"] });
        var limited = await server.AddPersonAsync(B, role);
        var owner = await server.AddPersonAsync(B, "role_owner");
        var bound = await server.AddPersonAsync(B, await AddRoleAsync(new Permission { Action = Permissions.ApiCall, Models = ["small-1"] }));
        (await CreateAsync(limited, $"\"{owner.AccountId}\"")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await CreateAsync(limited, "null")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await CreateAsync(limited, $"\"{owner.AccountId}\"", ""","scope":{"models":["small-2"]}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await CreateAsync(limited, $"\"{bound.AccountId}\"")).Status.ShouldBe(HttpStatusCode.Created);

        // Neither by rotating, signing, widening or moving a key of somebody who may do more.
        var strong = await server.CreateKeyAsync("""{"name":"strong","kind":"test"}""", owner.Token);
        (await server.SendAsync("POST", $"/api/v1/keys/{strong.Id}/rotate", token: limited.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("POST", $"/api/v1/keys/{strong.Id}/rotate", token: owner.Token)).Status.ShouldBe(HttpStatusCode.OK);
        var narrow = await server.CreateKeyAsync("""{"name":"narrow","kind":"production","scope":{"models":["small-1"]}}""", owner.Token);
        (await server.SendAsync("POST", $"/api/v1/keys/{narrow.Id}/rotate", token: limited.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{narrow.Id}", """{"scope":null}""", limited.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{narrow.Id}", """{"scope":{"models":["small-2"]}}""", limited.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{strong.Id}", """{"name":"renamed"}""", limited.Token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_cut_down_to_keys_makes_no_key_that_nobody_narrows()
    {
        var owner = await server.AddPersonAsync(B, "role_owner");
        var service = await AddTokenAsync(null, "keys.*");
        var refused = await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"test"}""", service);
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused.Text.ShouldContain("scopes");
        (await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"test"}""", await AddTokenAsync(null, "keys.*", "members.write", "api.call"))).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"test"}""", await AddTokenAsync(owner.AccountId, "keys.*"))).Json.GetProperty("owner").GetProperty("id").GetString().ShouldBe(owner.AccountId);
    }

    [Fact]
    public async Task The_owner_of_a_key_can_change_by_the_same_rules()
    {
        var admin = await server.AddPersonAsync(B, "role_admin");
        var first = await server.AddPersonAsync(B, "role_developer");
        var second = await server.AddPersonAsync(B, "role_developer");
        var key = (await server.CreateKeyAsync(token: first.Token)).Id;
        (await server.SendAsync("PATCH", $"/api/v1/keys/{key}", $$"""{"ownerId":"{{second.AccountId}}"}""", first.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var moved = await server.SendAsync("PATCH", $"/api/v1/keys/{key}", $$"""{"ownerId":"{{second.AccountId}}"}""", admin.Token);
        moved.Json.GetProperty("owner").GetProperty("id").GetString().ShouldBe(second.AccountId);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{key}", """{"ownerId":null}""", admin.Token)).Json.GetProperty("owner").ValueKind.ShouldBe(JsonValueKind.Null);
        (await server.QueryAsync(db => db.AuditEntries.Where(e => e.SubjectId == key && e.Action == "key.update").OrderBy(e => e.Seq).Select(e => e.Detail).ToListAsync()))
            .ShouldBe([$$"""{"ownerId":"{{second.AccountId}}"}""", """{"ownerId":null}"""]);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{key}", """{"ownerId":"acc_none"}""", admin.Token)).Fields.ShouldBe(["ownerId"]);
    }

    [Fact]
    public async Task Demoting_removing_or_suspending_the_owner_shows_in_the_key_at_once()
    {
        var person = await server.AddPersonAsync(B, "role_owner");
        var key = (await server.CreateKeyAsync("""{"name":"k","kind":"test","scope":{"routes":["POST /v1/chat/completions","GET /v1/models"],"models":["a","b-*"]}}""", person.Token)).Id;
        await DemoteAsync(new Permission { Action = Permissions.ApiCall, Routes = ["POST /v1/chat/completions"], Models = ["b-1", "c"] });
        var narrowed = await NarrowedAsync();
        narrowed.GetProperty("reason").GetString().ShouldBe("owner_permissions");
        narrowed.GetProperty("allowed").GetRawText().ShouldBe("""[{"routes":["POST /v1/chat/completions"],"models":["b-1"]}]""");
        await DemoteAsync(new Permission { Action = "keys.read" });
        (await NarrowedAsync()).GetProperty("allowed").GetArrayLength().ShouldBe(0);
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == person.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        (await NarrowedAsync()).GetProperty("reason").GetString().ShouldBe("owner_suspended");
        await server.QueryAsync(db => db.Assignments.Where(a => a.AccountId == person.AccountId).ExecuteDeleteAsync());
        await server.QueryAsync(db => db.Members.Where(m => m.AccountId == person.AccountId).ExecuteDeleteAsync());
        (await NarrowedAsync()).GetProperty("reason").GetString().ShouldBe("owner_removed");
        (await server.SendAsync("GET", $"/api/v1/keys/{key}", token: server.OtherToken)).Json.GetProperty("owner").GetProperty("name").ValueKind.ShouldBe(JsonValueKind.Null);

        async Task DemoteAsync(Permission permission)
        {
            var role = await AddRoleAsync(permission);
            await server.QueryAsync(db => db.Assignments.Where(a => a.AccountId == person.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.RoleId, role)));
        }

        async Task<JsonElement> NarrowedAsync() => (await server.SendAsync("GET", $"/api/v1/keys/{key}", token: server.OtherToken)).Json.GetProperty("narrowedBy");
    }

    [Fact]
    public async Task Critical_is_for_those_who_manage_all_keys_of_the_organisation()
    {
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"third"}""", server.OtherToken)).Id;
        var here = await server.AddPersonAsync(B, "role_developer", project);
        var all = await server.AddPersonAsync(B, "role_developer");
        var body = $$"""{"name":"k","kind":"test","projectId":"{{project}}","priority":"critical"}""";
        var refused = await server.SendAsync("POST", "/api/v1/keys", body, here.Token);
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused.Fields.ShouldBe(["priority"]);
        var key = await server.CreateKeyAsync(body, all.Token);
        key.Json.GetProperty("priority").GetString().ShouldBe("critical");
        var own = (await server.CreateKeyAsync(body.Replace("critical", "batch"), here.Token)).Id;
        (await server.SendAsync("PATCH", $"/api/v1/keys/{own}", """{"priority":"critical"}""", here.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{own}", """{"priority":"standard"}""", here.Token)).Json.GetProperty("priority").GetString().ShouldBe("standard");
        (await server.SendAsync("PATCH", $"/api/v1/keys/{own}", """{"priority":null}""", here.Token)).Fields.ShouldBe(["priority"]);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{own}", """{"priority":"urgent"}""", here.Token)).Fields.ShouldBe(["priority"]);
    }

    [Fact]
    public async Task A_key_moves_to_a_project_where_its_owner_has_a_role()
    {
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"target"}""", server.OtherToken)).Id;
        var everywhere = await server.AddPersonAsync(B, "role_developer");
        var here = await server.AddPersonAsync(B, "role_developer", ManagementServer.ProjectB);
        var key = (await server.CreateKeyAsync($$"""{"name":"k","kind":"test","projectId":"{{ManagementServer.ProjectB}}"}""", everywhere.Token)).Id;
        var bound = (await server.CreateKeyAsync($$"""{"name":"k","kind":"test","projectId":"{{ManagementServer.ProjectB}}"}""", here.Token)).Id;
        var moved = await server.SendAsync("POST", $"/api/v1/keys/{key}/move", $$"""{"projectId":"{{project}}"}""", everywhere.Token);
        moved.Json.GetProperty("projectId").GetString().ShouldBe(project);
        server.Changes.Seen.ShouldContain(key);
        (await server.SendAsync("POST", $"/api/v1/keys/{bound}/move", $$"""{"projectId":"{{project}}"}""", everywhere.Token)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await server.SendAsync("POST", $"/api/v1/keys/{bound}/move", $$"""{"projectId":"{{project}}"}""", here.Token)).Fields.ShouldBe(["projectId"]);
        (await server.SendAsync("POST", $"/api/v1/keys/{key}/move", $$"""{"projectId":"{{ManagementServer.ProjectA}}"}""", everywhere.Token)).Fields.ShouldBe(["projectId"]);
        (await server.SendAsync("POST", $"/api/v1/keys/{key}/move", $$"""{"projectId":"{{project}}"}""", here.Token)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private Task<Reply> CreateAsync(Person person, string owner, string more = "") => server.SendAsync("POST", "/api/v1/keys", $$"""{"name":"k","kind":"test","ownerId":{{owner}}{{more}}}""", person.Token);

    private async Task<string> AddRoleAsync(params Permission[] permissions)
    {
        var id = ObjectId.New(ObjectId.Role, server.Time.GetUtcNow());
        await server.QueryAsync(db =>
        {
            db.Roles.Add(new RoleRow { Id = id, OrganisationId = B, Name = id, Description = "", Permissions = RightsReader.Write(permissions), CreatedAtMs = 1, UpdatedAtMs = 1 });
            return db.SaveChangesAsync();
        });
        return id;
    }

    private async Task<string> AddTokenAsync(string? accountId, params string[] scopes)
    {
        var text = Sluice.Gateway.Keys.KeyText.Create(Sluice.Gateway.Keys.KeyPurpose.Management, out var publicId).Reveal();
        await server.QueryAsync(db =>
        {
            db.ManagementTokens.Add(new ManagementTokenRow
            {
                Id = ObjectId.New(ObjectId.Token, server.Time.GetUtcNow()), OrganisationId = B, Purpose = "management", Name = "cut", PublicId = publicId, Hash = server.Hasher.Hash(text, out var version),
                PepperVersion = version, CreatedAtMs = 1, AccountId = accountId, Scopes = JsonSerializer.Serialize(scopes),
            });
            return db.SaveChangesAsync();
        });
        return text;
    }
}
