using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Oidc;

/// <summary>Roles that a provider gives and takes away.</summary>
public sealed class RolesFromClaimsTests : IAsyncLifetime
{
    private OidcBed _bed = null!;
    private string _organisation = "";

    public async ValueTask InitializeAsync()
    {
        // The id is known once a server made it; the real one is started on the same data with the settings that name it.
        _bed = await OidcBed.StartAsync();
        _organisation = await _bed.OrganisationAsync();
    }

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    private Task RestartAsync(string claim = "groups") => _bed.RestartAsync(("OrganisationId", _organisation), ("RolesClaim", claim), ("RoleMap:admins", "role_admin"), ("RoleMap:devs", "role_developer"),
        ("RoleMap:0", "urn:acme:owners=role_owner"), ("RoleMap:ghosts", "rol_that_does_not_exist"));

    private async Task<JsonElement> SignInAsync(params string[] groups)
    {
        _bed.Provider.Claims["groups"] = new JsonArray([.. groups.Select(g => (JsonNode)g)]);
        return await SignInAsync();
    }

    private async Task<JsonElement> SignInAsync()
    {
        using var browser = _bed.NewBrowser();
        var (status, page) = await browser.SignInAsync();
        status.ShouldBe(HttpStatusCode.OK, page);
        return await browser.WhoAmIAsync();
    }

    private Task<List<string>> RolesAsync(string? accountId) => _bed.QueryAsync(db => db.Assignments.Where(a => a.AccountId == accountId).OrderBy(a => a.RoleId).Select(a => $"{a.RoleId} {a.Source}").ToListAsync());

    private static string[] Permissions(JsonElement who) => [.. who.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()!)];

    private Task<int> AssignAsync(string account, string role) => _bed.QueryAsync(async db =>
    {
        db.Assignments.Add(new AssignmentRow
        {
            Id = ObjectId.New(ObjectId.Assignment, TimeProvider.System.GetUtcNow()), OrganisationId = _organisation, AccountId = account, RoleId = role, Source = "direct", CreatedAtMs = 1, CreatedBy = "test",
        });
        return await db.SaveChangesAsync();
    });

    [Fact]
    public async Task Claims_give_roles_and_claims_that_are_gone_take_them_away_at_the_next_sign_in()
    {
        await RestartAsync();
        var who = await SignInAsync("admins", "devs", "ghosts", "strangers");
        var account = who.GetProperty("accountId").GetString()!;
        who.GetProperty("organisationId").GetString().ShouldBe(_organisation);
        (await RolesAsync(account)).ShouldBe(["role_admin claims", "role_developer claims"]);
        Permissions(who).ShouldContain("members.write");

        // What was given by hand stays, whatever the claims say.
        await AssignAsync(account, "role_auditor");
        var less = await SignInAsync("devs");
        (await RolesAsync(account)).ShouldBe(["role_auditor direct", "role_developer claims"]);
        Permissions(less).ShouldNotContain("members.write");

        await SignInAsync();
        (await RolesAsync(account)).ShouldBe(["role_auditor direct", "role_developer claims"]);
        _bed.Provider.Claims.Remove("groups");
        await SignInAsync();
        (await RolesAsync(account)).ShouldBe(["role_auditor direct"]);
        (await _bed.QueryAsync(db => db.AuditEntries.Where(a => a.OrganisationId == _organisation && a.ActorId == account && a.Action.StartsWith("assignment.")).Select(a => a.Action).ToListAsync()))
            .ShouldBe(["assignment.create", "assignment.create", "assignment.delete", "assignment.delete"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_last_owner_stays_one_until_there_is_another()
    {
        await RestartAsync();
        await _bed.QueryAsync(db => db.Assignments.ExecuteDeleteAsync());
        var first = (await SignInAsync("urn:acme:owners")).GetProperty("accountId").GetString()!;
        (await RolesAsync(first)).ShouldBe(["role_owner claims"]);
        await SignInAsync("devs");
        (await RolesAsync(first)).ShouldBe(["role_developer claims", "role_owner claims"]);

        (_bed.Provider.Subject, _bed.Provider.Claims["email"]) = ("subject-2", "bo@corp.example");
        var second = (await SignInAsync()).GetProperty("accountId").GetString()!;
        await AssignAsync(second, "role_owner");
        (_bed.Provider.Subject, _bed.Provider.Claims["email"]) = ("subject-1", "ada@corp.example");
        await SignInAsync("devs");
        (await RolesAsync(first)).ShouldBe(["role_developer claims"]);
    }

    [Fact]
    public async Task Roles_are_found_inside_an_object_and_at_the_user_info_endpoint()
    {
        await RestartAsync("realm_access.roles");
        _bed.Provider.Claims["realm_access"] = JsonNode.Parse("""{"roles":["devs","offline_access"]}""");
        var account = (await SignInAsync()).GetProperty("accountId").GetString();
        (await RolesAsync(account)).ShouldBe(["role_developer claims"]);
        _bed.Provider.Claims.Remove("realm_access");
        _bed.Provider.UserInfo["realm_access"] = JsonNode.Parse("""{"roles":["admins"]}""");
        await SignInAsync();
        (await RolesAsync(account)).ShouldBe(["role_admin claims"]);
    }

    [Fact]
    public async Task A_claim_of_another_shape_gives_nothing()
    {
        await RestartAsync("realm_access.roles");
        foreach (var shape in new[] { """{"roles":{"devs":true}}""", """{"roles":[1,["devs"]]}""", "[]", "\"devs\"", "\"{\"" })
        {
            _bed.Provider.Claims["realm_access"] = JsonNode.Parse(shape);
            (await RolesAsync((await SignInAsync()).GetProperty("accountId").GetString())).ShouldBeEmpty(shape);
        }
    }

    [Fact]
    public async Task Without_a_roles_claim_people_become_members_without_a_role()
    {
        await _bed.RestartAsync(("OrganisationId", _organisation));
        var who = await SignInAsync("admins");
        who.GetProperty("organisationId").GetString().ShouldBe(_organisation);
        who.GetProperty("permissions").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_organisation_that_does_not_exist_takes_nobody_in_and_keeps_nobody_out()
    {
        await _bed.RestartAsync(("OrganisationId", "org_none"), ("RolesClaim", "groups"), ("RoleMap:admins", "role_admin"));
        (await SignInAsync("admins")).GetProperty("organisationId").ValueKind.ShouldBe(JsonValueKind.Null);
        _bed.Server.Output.ShouldContain("org_none, which does not exist");
    }
}
