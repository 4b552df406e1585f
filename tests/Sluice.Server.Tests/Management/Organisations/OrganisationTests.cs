using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Organisations;

public class OrganisationTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task Whoever_founds_an_organisation_owns_it_and_finds_a_project_in_it()
    {
        var founded = await Founded.NewAsync(server);
        var organisation = (await founded.DoAsync(200, "GET", "/organisation")).Json;
        organisation.GetProperty("id").GetString().ShouldBe(founded.Id);
        organisation.GetProperty("tier").GetString().ShouldBe("business");
        organisation.GetProperty("members").GetInt32().ShouldBe(1);
        organisation.GetProperty("isOperator").GetBoolean().ShouldBeFalse();
        (await founded.DoAsync(200, "GET", "/projects")).Json.GetProperty("data").GetArrayLength().ShouldBe(1);
        (await founded.DoAsync(200, "GET", "/organisations")).Json.GetProperty("data")[0].GetProperty("roles")[0].GetProperty("roleId").GetString().ShouldBe("role_owner");
        (await founded.AuditAsync("organisation.create")).Single().ActorId.ShouldBe(founded.Owner.AccountId);
    }

    [Theory]
    [InlineData("someone@gmail.com", "personal")]
    [InlineData("someone@mail.gmail.com", "personal")]
    [InlineData("someone@corp.example", "business")]
    public async Task The_founders_address_decides_the_tier(string email, string tier)
    {
        var person = await server.AddPersonAsync(null);
        email = Guid.NewGuid().ToString("N")[..8] + email;
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == person.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.Email, email)));
        (await server.SendAsync("POST", "/api/v1/organisations", """{"name":"T"}""", person.Token)).Json.GetProperty("tier").GetString().ShouldBe(tier);
    }

    [Fact]
    public async Task Only_a_signed_in_person_with_a_verified_address_founds_one()
    {
        var unverified = await server.AddPersonAsync(null, verified: false);
        (await server.SendAsync("POST", "/api/v1/organisations", """{"name":"x"}""", unverified.Token)).Code.ShouldBe("permission_denied");
        var founded = await Founded.NewAsync(server);
        var token = (await founded.DoAsync(201, "POST", "/tokens", """{"name":"t"}""")).Json.GetProperty("token").GetString();
        (await server.SendAsync("POST", "/api/v1/organisations", """{"name":"x"}""", token)).Code.ShouldBe("permission_denied");
    }

    [Theory]
    [InlineData("""{}""", "name")]
    [InlineData("""{"name":" "}""", "name")]
    [InlineData("""{"name":"x","timeZone":"Mars/Olympus"}""", "timeZone")]
    [InlineData("""{"name":"x","timeZone":"../../etc/passwd"}""", "timeZone")]
    [InlineData("""{"name":"x","timeZone":"posixrules"}""", "timeZone")]
    [InlineData("""{"name":"x","tier":"enterprise"}""", "tier")]
    public async Task A_wrong_member_is_refused_by_name(string body, string field)
    {
        var person = await server.AddPersonAsync(null);
        var reply = await server.SendAsync("POST", "/api/v1/organisations", body, person.Token);
        ((int)reply.Status).ShouldBe(400);
        reply.Fields.ShouldContain(field);
    }

    [Fact]
    public async Task A_new_time_zone_reaches_the_gateway_and_another_version_is_refused()
    {
        var founded = await Founded.NewAsync(server);
        var tag = (await founded.DoAsync(200, "GET", "/organisation")).Headers["etag"];
        var changed = await founded.SendAsync("PATCH", "/organisation", """{"timeZone":"Europe/Berlin","reviewEveryDays":30,"reviewDisableAfterDays":7}""", headers: ("If-Match", tag));
        ((int)changed.Status).ShouldBe(200, changed.Text);
        changed.Json.GetProperty("timeZone").GetString().ShouldBe("Europe/Berlin");
        (await ChangesAsync("organisation", founded.Id)).ShouldBe(1);
        (await founded.SendAsync("PATCH", "/organisation", """{"name":"late"}""", headers: ("If-Match", tag))).Code.ShouldBe("precondition_failed");
        await founded.DoAsync(200, "PATCH", "/organisation", """{"name":"No new zone","reviewDisableAfterDays":null}""");
        (await ChangesAsync("organisation", founded.Id)).ShouldBe(1);
        (await founded.SendAsync("PATCH", "/organisation", """{"reviewEveryDays":3}""")).Fields.ShouldContain("reviewEveryDays");
        (await founded.SendAsync("PATCH", "/organisation", """{"name":"x"}""", await founded.AddAsync("role_developer"))).Code.ShouldBe("permission_denied");
    }

    [Fact]
    public async Task A_session_goes_to_another_organisation_of_the_person_and_to_no_other()
    {
        var (one, two) = (await Founded.NewAsync(server), await Founded.NewAsync(server));
        var person = await one.AddAsync("role_developer");
        await server.QueryAsync(async db =>
        {
            db.Members.Add(new() { OrganisationId = two.Id, AccountId = person.AccountId, JoinedAtMs = server.Time.GetUtcNow().ToUnixTimeMilliseconds() + 1 });
            return await db.SaveChangesAsync();
        });
        (await one.DoAsync(200, "GET", "/whoami", by: person)).Json.GetProperty("organisationId").GetString().ShouldBe(one.Id);
        await one.DoAsync(204, "PUT", "/session/organisation", $$"""{"organisationId":"{{two.Id}}"}""", person);
        (await one.DoAsync(200, "GET", "/whoami", by: person)).Json.GetProperty("organisationId").GetString().ShouldBe(two.Id);
        var foreign = await one.SendAsync("PUT", "/session/organisation", $$"""{"organisationId":"{{ManagementServer.OrganisationA}}"}""", person);
        var none = await one.SendAsync("PUT", "/session/organisation", """{"organisationId":"org_none"}""", person);
        ((int)foreign.Status).ShouldBe(400);
        foreign.WithoutRequestId.ShouldBe(none.WithoutRequestId);
    }

    [Fact]
    public async Task Ownership_goes_to_a_member_and_the_giver_becomes_an_admin_and_both_are_told()
    {
        var founded = await Founded.NewAsync(server);
        var heir = await founded.AddAsync("role_developer");
        await founded.DoAsync(200, "POST", "/organisation/ownership", $$"""{"accountId":"{{heir.AccountId}}"}""");
        (await RolesAsync(founded, heir)).ShouldBe(["role_developer", "role_owner"], ignoreOrder: true);
        (await RolesAsync(founded, founded.Owner)).ShouldBe(["role_admin"]);
        (await founded.OwnersAsync()).ShouldBe(1);
        foreach (var (person, kind) in new[] { (heir, "ownership_received"), (founded.Owner, "ownership_given") })
        {
            var email = await founded.EmailOfAsync(person);
            (await server.QueryAsync(db => db.Notifications.CountAsync(n => n.AccountId == person.AccountId && n.Kind == kind))).ShouldBe(1);
            (await server.QueryAsync(db => db.Outbox.CountAsync(m => m.Recipient == email && m.Kind == kind))).ShouldBe(1);
            (await ChangesAsync("owner", person.AccountId)).ShouldBe(1);
        }

        (await founded.SendAsync("POST", "/organisation/ownership", $$"""{"accountId":"{{founded.Owner.AccountId}}"}""")).Code.ShouldBe("permission_denied");
    }

    [Fact]
    public async Task Ownership_is_not_given_to_a_stranger_to_oneself_or_to_somebody_suspended()
    {
        var founded = await Founded.NewAsync(server);
        var stranger = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_developer");
        var foreign = await Give(stranger.AccountId);
        foreign.Fields.ShouldBe(["accountId"]);
        foreign.WithoutRequestId.ShouldBe((await Give("acc_none")).WithoutRequestId);
        (await Give(founded.Owner.AccountId)).Fields.ShouldBe(["accountId"]);
        var suspended = await founded.AddAsync();
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == suspended.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        (await Give(suspended.AccountId)).Code.ShouldBe("conflict");

        Task<Reply> Give(string accountId) => founded.SendAsync("POST", "/organisation/ownership", $$"""{"accountId":"{{accountId}}"}""");
    }

    [Theory]
    [InlineData("POST", "/organisation/ownership", """{"accountId":"acc_any"}""")]
    [InlineData("DELETE", "/organisation", null)]
    public async Task What_cannot_be_taken_back_needs_a_session_confirmed_moments_ago(string method, string path, string? body)
    {
        var founded = await Founded.NewAsync(server);
        var token = (await founded.DoAsync(201, "POST", "/tokens", """{"name":"t"}""")).Json.GetProperty("token").GetString();
        (await server.SendAsync(method, "/api/v1" + path, body, token)).Code.ShouldBe("confirmation_required");
        var old = server.Time.GetUtcNow().AddMinutes(-15).ToUnixTimeMilliseconds();
        await server.QueryAsync(db => db.Sessions.Where(s => s.AccountId == founded.Owner.AccountId).ExecuteUpdateAsync(s => s.SetProperty(x => x.ConfirmedAtMs, old)));
        var reply = await founded.SendAsync(method, path, body);
        ((int)reply.Status).ShouldBe(403);
        reply.Code.ShouldBe("confirmation_required");
    }

    [Fact]
    public async Task An_organisation_is_deleted_only_when_none_of_its_keys_works_and_then_nothing_of_it_does()
    {
        var founded = await Founded.NewAsync(server);
        var member = await founded.AddAsync("role_developer");
        var key = (await founded.DoAsync(201, "POST", "/keys", """{"name":"k","kind":"test"}""")).Id;
        var service = (await founded.DoAsync(201, "POST", "/tokens", """{"name":"s","service":true,"expiresAt":null}""")).Json.GetProperty("token").GetString();
        await founded.DoAsync(201, "POST", "/invitations", """{"email":"late@corp.example","roleId":"role_developer"}""");
        (await founded.SendAsync("DELETE", "/organisation", by: member)).Code.ShouldBe("permission_denied");
        (await founded.SendAsync("DELETE", "/organisation")).Code.ShouldBe("conflict");
        await founded.DoAsync(200, "POST", $"/keys/{key}/disable", "{}");
        var invitation = await founded.InvitationTokenAsync("late@corp.example");
        await founded.DoAsync(204, "DELETE", "/organisation");

        (await founded.DoAsync(200, "GET", "/organisations")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        ((int)(await founded.SendAsync("GET", "/keys")).Status).ShouldBe(403);
        ((int)(await founded.SendAsync("GET", "/keys", by: member)).Status).ShouldBe(403);
        (await server.SendAsync("GET", "/api/v1/keys", token: service)).Code.ShouldBe("invalid_management_token");
        (await server.QueryAsync(db => db.Keys.SingleAsync(k => k.Id == key))).RevokedAtMs.ShouldNotBeNull();
        (await ChangesAsync("organisation", founded.Id)).ShouldBe(1);
        (await server.QueryAsync(db => db.Notifications.CountAsync(n => n.AccountId == member.AccountId && n.Kind == "organisation_deleted"))).ShouldBe(1);
        (await founded.AuditAsync("organisation.delete")).Count.ShouldBe(1);
        var guest = await server.AddPersonAsync(null);
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == guest.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.Email, "late@corp.example").SetProperty(x => x.NormalizedEmail, "LATE@CORP.EXAMPLE")));
        (await founded.SendAsync("POST", "/invitations/accept", $$"""{"token":"{{invitation}}"}""", guest)).Code.ShouldBe("link_not_valid");
    }

    [Fact]
    public async Task The_operators_organisation_stays()
    {
        var owner = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        (await server.SendAsync("DELETE", "/api/v1/organisation", token: owner.Token)).Code.ShouldBe("conflict");
    }

    [Fact]
    public async Task Nobody_owns_more_than_twenty()
    {
        var person = await server.AddPersonAsync(null);
        for (var i = 0; i < 20; i++)
            ((int)(await server.SendAsync("POST", "/api/v1/organisations", """{"name":"x"}""", person.Token)).Status).ShouldBe(201);
        (await server.SendAsync("POST", "/api/v1/organisations", """{"name":"x"}""", person.Token)).Code.ShouldBe("conflict");
    }

    private static async Task<IEnumerable<string>> RolesAsync(Founded founded, Person person) =>
        (await founded.DoAsync(200, "GET", "/members/" + person.AccountId)).Json.GetProperty("roles").EnumerateArray().Select(r => r.GetProperty("roleId").GetString()!);

    private Task<int> ChangesAsync(string kind, string subjectId) => server.QueryAsync(db => db.Changes.CountAsync(c => c.Kind == kind && c.SubjectId == subjectId));
}
