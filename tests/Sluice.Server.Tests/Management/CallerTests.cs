using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management;

/// <summary>Who calls: sessions, cookies, tokens that belong to a person, and what these may do now.</summary>
public class CallerTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_signed_in_member_does_what_their_role_allows_and_nothing_else()
    {
        var auditor = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_auditor");
        ((int)(await server.SendAsync("GET", "/api/v1/keys", token: auditor.Token)).Status).ShouldBe(200);
        var refused = await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"test"}""", auditor.Token);
        ((int)refused.Status).ShouldBe(403);
        refused.Text.ShouldContain("keys.write");
    }

    [Fact]
    public async Task A_member_removed_or_demoted_is_refused_on_the_next_call()
    {
        var person = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_developer");
        ((int)(await server.SendAsync("GET", "/api/v1/keys", token: person.Token)).Status).ShouldBe(200);
        await server.QueryAsync(db => db.Assignments.Where(a => a.AccountId == person.AccountId).ExecuteDeleteAsync());
        ((int)(await server.SendAsync("GET", "/api/v1/keys", token: person.Token)).Status).ShouldBe(403);
        await server.QueryAsync(db => db.Members.Where(m => m.AccountId == person.AccountId).ExecuteDeleteAsync());
        var alone = (await server.SendAsync("GET", "/api/v1/whoami", token: person.Token)).Json;
        alone.GetProperty("organisationId").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        alone.GetProperty("permissions").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_person_of_two_organisations_names_the_one_they_act_in()
    {
        var person = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner");
        var elsewhere = await server.SendAsync("GET", "/api/v1/keys", token: person.Token, headers: ("sluice-organisation", ManagementServer.OrganisationA));
        var nowhere = await server.SendAsync("GET", "/api/v1/keys", token: person.Token, headers: ("sluice-organisation", "org_none"));
        ((int)elsewhere.Status).ShouldBe(403);
        elsewhere.WithoutRequestId.ShouldBe(nowhere.WithoutRequestId);
        ((int)(await server.SendAsync("GET", "/api/v1/keys", token: person.Token, headers: ("sluice-organisation", ManagementServer.OrganisationB))).Status).ShouldBe(200);
    }

    [Fact]
    public async Task An_owner_outside_the_operators_organisation_does_not_run_the_installation()
    {
        var owner = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner");
        ((int)(await server.SendAsync("GET", "/api/v1/upstreams", token: owner.Token)).Status).ShouldBe(403);
        var operators = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        ((int)(await server.SendAsync("GET", "/api/v1/upstreams", token: operators.Token)).Status).ShouldBe(200);
    }

    [Fact]
    public async Task A_role_in_one_project_reaches_that_project_only()
    {
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"second"}""", server.OtherToken)).Id;
        var own = await server.CreateKeyAsync($$"""{"name":"in","kind":"test","projectId":"{{project}}"}""", server.OtherToken);
        var other = await server.CreateKeyAsync($$"""{"name":"out","kind":"test","projectId":"{{ManagementServer.ProjectB}}"}""", server.OtherToken);
        var person = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_developer", project);
        ((int)(await server.SendAsync("GET", "/api/v1/keys/" + own.Id, token: person.Token)).Status).ShouldBe(200);
        ((int)(await server.SendAsync("GET", "/api/v1/keys/" + other.Id, token: person.Token)).Status).ShouldBe(404);
        (await server.SendAsync("GET", "/api/v1/keys", token: person.Token)).Json.GetProperty("data").EnumerateArray().Select(k => k.GetProperty("projectId").GetString()).Distinct().ShouldBe([project]);
        ((int)(await server.SendAsync("GET", "/api/v1/audit", token: person.Token)).Status).ShouldBe(403);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Accept", "*/*")]
    public async Task A_cookie_is_never_read(string header, string value)
    {
        var person = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner");
        var reply = await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"test"}""", token: "", headers: [("Cookie", "sluice_session=" + person.Token), (header, value)]);
        (reply.Status, reply.Code).ShouldBe((System.Net.HttpStatusCode.Unauthorized, "missing_management_token"), reply.Text);
    }

    [Fact]
    public async Task A_session_ends_when_unused_and_a_suspended_account_at_once()
    {
        var person = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner");
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == person.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        (await server.SendAsync("GET", "/api/v1/whoami", token: person.Token)).Code.ShouldBe("account_suspended");
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == person.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, (long?)null)));
        var idle = server.Time.GetUtcNow().AddHours(-24).ToUnixTimeMilliseconds();
        await server.QueryAsync(db => db.Sessions.Where(s => s.Id == person.SessionId).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastSeenAtMs, idle)));
        (await server.SendAsync("GET", "/api/v1/whoami", token: person.Token)).Code.ShouldBe("invalid_management_token");
    }

    [Fact]
    public async Task A_change_decided_on_an_older_version_is_refused()
    {
        var key = await server.CreateKeyAsync();
        var tag = (await server.SendAsync("GET", "/api/v1/keys/" + key.Id)).Headers["etag"];
        ((int)(await server.SendAsync("PATCH", "/api/v1/keys/" + key.Id, """{"name":"first"}""", headers: ("If-Match", tag))).Status).ShouldBe(200);
        var late = await server.SendAsync("PATCH", "/api/v1/keys/" + key.Id, """{"name":"second"}""", headers: ("If-Match", tag));
        ((int)late.Status).ShouldBe(412);
        late.Code.ShouldBe("precondition_failed");
    }
}
