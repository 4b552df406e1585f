using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Management.Playground;
using Sluice.Server.Tests.Management.Organisations;

namespace Sluice.Server.Tests.Management.Playground;

/// <summary>Who gets a token for some minutes of calls, on which key, and what ends it.</summary>
public class PlaygroundTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string Sessions = "/playground-sessions";

    [Fact]
    public async Task The_owner_of_a_key_gets_a_token_that_is_shown_once_and_ends_in_ten_minutes()
    {
        var founded = await Founded.NewAsync(server);
        var key = await KeyAsync(founded);
        var reply = await founded.DoAsync(201, "POST", Sessions, $$"""{"keyId":"{{key}}"}""");
        reply.Headers["cache-control"].ShouldContain("no-store");
        reply.Json.GetProperty("token").GetString()!.ShouldStartWith("sk-slc_play_");
        reply.Json.GetProperty("keyId").GetString().ShouldBe(key);
        reply.Json.GetProperty("keyName").GetString().ShouldBe("mine");
        reply.Json.GetProperty("limits").GetProperty("callsPerDay").GetInt64().ShouldBe(500);
        reply.Json.GetProperty("expiresAt").GetDateTimeOffset().ShouldBe(server.Time.GetUtcNow().AddMinutes(10));
        server.Changes.Seen.ShouldContain(key);
        (await founded.AuditAsync("key.playground.open")).ShouldHaveSingleItem().Detail.ShouldNotContain(reply.Json.GetProperty("token").GetString()!);
    }

    [Fact]
    public async Task The_token_is_none_of_the_keys_secrets_and_survives_a_rotation_with_overlap_only()
    {
        var founded = await Founded.NewAsync(server);
        var key = await KeyAsync(founded);
        var before = await founded.DoAsync(200, "GET", "/keys/" + key);
        var opened = await OpenAsync(founded, key);
        var after = await founded.DoAsync(200, "GET", "/keys/" + key);
        after.Json.GetProperty("credentials").GetRawText().ShouldBe(before.Json.GetProperty("credentials").GetRawText());
        after.Json.GetProperty("lastFour").GetString().ShouldBe(before.Json.GetProperty("lastFour").GetString());
        (await founded.DoAsync(200, "POST", $"/keys/{key}/rotate", """{"overlapSeconds":60}""")).Json.GetProperty("credentials").GetArrayLength().ShouldBe(2);
        (await LiveAsync(key)).ShouldBe([opened]);
        await founded.DoAsync(200, "POST", $"/keys/{key}/rotate", """{"overlapSeconds":0}""");
        (await LiveAsync(key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_key_it_is_the_callers_own_newest_active_one_that_needs_no_signature()
    {
        var founded = await Founded.NewAsync(server);
        await KeyAsync(founded);
        server.Time.Advance(TimeSpan.FromMilliseconds(5));
        var newest = await KeyAsync(founded);
        server.Time.Advance(TimeSpan.FromMilliseconds(5));
        var off = await KeyAsync(founded);
        await founded.DoAsync(200, "POST", $"/keys/{off}/disable");
        await KeyAsync(founded, """{"name":"signed","kind":"production","requireSigning":true}""");
        await founded.DoAsync(201, "POST", "/keys", $$"""{"name":"colleague's","kind":"test","ownerId":"{{(await founded.AddAsync("role_developer")).AccountId}}"}""");
        (await founded.DoAsync(201, "POST", Sessions)).Json.GetProperty("keyId").GetString().ShouldBe(newest);
    }

    [Fact]
    public async Task Without_any_key_a_test_key_is_made_where_the_caller_may_make_one()
    {
        var founded = await Founded.NewAsync(server);
        var second = await founded.ProjectAsync();
        var developer = await founded.AddAsync("role_developer", second);
        var opened = await founded.DoAsync(201, "POST", Sessions, $$"""{"projectId":"{{second}}"}""", developer);
        var key = await founded.DoAsync(200, "GET", "/keys/" + opened.Json.GetProperty("keyId").GetString());
        key.Json.GetProperty("name").GetString().ShouldBe("Playground");
        key.Json.GetProperty("kind").GetString().ShouldBe("test");
        key.Json.GetProperty("projectId").GetString().ShouldBe(second);
        key.Json.GetProperty("owner").GetProperty("id").GetString().ShouldBe(developer.AccountId);
        key.Json.GetProperty("limits").GetProperty("callsPerDay").GetInt64().ShouldBe(500);
        // The next one finds it.
        (await founded.DoAsync(201, "POST", Sessions, by: developer)).Json.GetProperty("keyId").GetString().ShouldBe(key.Id);
        // Not in a project that the permission does not reach.
        (await founded.DoAsync(400, "POST", Sessions, $$"""{"projectId":"{{founded.ProjectId}}"}""", developer)).Fields.ShouldBe(["projectId"]);
    }

    [Fact]
    public async Task Who_has_no_key_and_may_not_make_one_is_told_so()
    {
        var founded = await Founded.NewAsync(server);
        var engineer = await founded.AddAsync("role_ai_engineer");
        var refused = await founded.DoAsync(403, "POST", Sessions, by: engineer);
        refused.Code.ShouldBe("permission_denied");
        refused.Json.GetProperty("detail").GetString()!.ShouldContain("'keys.write'");
    }

    [Fact]
    public async Task Anothers_key_needs_keys_write_and_no_more_rights_than_the_callers_own_and_is_as_good_as_none_to_who_may_not_see_it()
    {
        var founded = await Founded.NewAsync(server);
        var key = await KeyAsync(founded);
        var body = $$"""{"keyId":"{{key}}"}""";
        await founded.DoAsync(404, "POST", Sessions, body, await founded.AddAsync("role_ai_engineer"));
        await founded.DoAsync(404, "POST", Sessions, body, await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner"));
        (await founded.DoAsync(403, "POST", Sessions, body, await founded.AddAsync("role_auditor"))).Json.GetProperty("detail").GetString()!.ShouldContain("'keys.write'");
        await founded.DoAsync(201, "POST", Sessions, body, await founded.AddAsync("role_admin"));
        // Whoever may write keys but not call with them gets no calls out of it.
        var role = await founded.RoleAsync("""[{"action":"keys.write"},{"action":"keys.read"}]""");
        (await founded.DoAsync(403, "POST", Sessions, body, await founded.AddAsync(role))).Text.ShouldContain("api.call");
    }

    [Fact]
    public async Task A_key_that_asks_for_signatures_or_does_not_work_is_refused_with_what_to_do()
    {
        var founded = await Founded.NewAsync(server);
        var signed = await KeyAsync(founded, """{"name":"signed","kind":"production","requireSigning":true}""");
        (await founded.DoAsync(409, "POST", Sessions, $$"""{"keyId":"{{signed}}"}""")).Text.ShouldContain("signed");
        var off = await KeyAsync(founded);
        await founded.DoAsync(200, "POST", $"/keys/{off}/disable");
        (await founded.DoAsync(409, "POST", Sessions, $$"""{"keyId":"{{off}}"}""")).Text.ShouldContain("/enable");
        await founded.DoAsync(200, "POST", $"/keys/{off}/revoke");
        (await founded.DoAsync(409, "POST", Sessions, $$"""{"keyId":"{{off}}"}""")).Text.ShouldContain("revoked");
    }

    [Fact]
    public async Task Five_work_at_once_for_each_person_and_the_sixth_ends_the_oldest()
    {
        var founded = await Founded.NewAsync(server);
        var key = await KeyAsync(founded);
        var admin = await founded.AddAsync("role_admin");
        var others = (await founded.DoAsync(201, "POST", Sessions, $$"""{"keyId":"{{key}}"}""", admin)).Id;
        var made = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            server.Time.Advance(TimeSpan.FromMilliseconds(1));
            made.Add(await OpenAsync(founded, key));
        }

        (await LiveAsync(key)).ShouldBe([others, .. made.Skip(1)], ignoreOrder: true);
    }

    [Fact]
    public async Task It_ends_with_the_session_it_was_asked_for_in_and_with_no_other()
    {
        var founded = await Founded.NewAsync(server);
        var key = await KeyAsync(founded);
        var second = await server.SignInAsync(founded.Owner.AccountId);
        var third = await server.SignInAsync(founded.Owner.AccountId);
        var stays = await OpenAsync(founded, key);
        await OpenAsync(founded, key, second);
        await OpenAsync(founded, key, third);
        await founded.DoAsync(204, "DELETE", "/sessions/current", by: second);
        (await LiveAsync(key)).Count.ShouldBe(2);
        await founded.DoAsync(204, "DELETE", "/me/sessions");
        (await LiveAsync(key)).ShouldBe([stays]);
    }

    [Fact]
    public async Task On_anothers_key_it_ends_when_its_maker_loses_the_right_or_the_key_is_given_away()
    {
        var founded = await Founded.NewAsync(server);
        var key = await KeyAsync(founded);
        var own = await OpenAsync(founded, key);
        var admin = await founded.AddAsync("role_admin");
        await OpenAsync(founded, key, admin);
        await founded.DoAsync(204, "DELETE", "/assignments/" + await founded.AssignmentOfAsync(admin, "role_admin"));
        (await LiveAsync(key)).ShouldBe([own]);
        var other = await founded.AddAsync("role_developer");
        await founded.DoAsync(200, "PATCH", "/keys/" + key, $$"""{"ownerId":"{{other.AccountId}}"}""");
        (await LiveAsync(key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_ended_by_its_maker_by_the_keys_owner_and_by_who_writes_the_projects_keys_and_by_nobody_else()
    {
        var founded = await Founded.NewAsync(server);
        var developer = await founded.AddAsync("role_developer");
        var key = (await founded.DoAsync(201, "POST", "/keys", """{"name":"dev","kind":"test"}""", developer)).Id;
        var admin = await founded.AddAsync("role_admin");
        foreach (var (maker, ender) in new[] { (developer, developer), (admin, developer), (developer, admin) })
        {
            var id = await OpenAsync(founded, key, maker);
            foreach (var nobody in new[] { await founded.AddAsync("role_auditor"), await founded.AddAsync("role_ai_engineer"), await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner") })
                await founded.DoAsync(404, "DELETE", $"{Sessions}/{id}", by: nobody);
            (await LiveAsync(key)).ShouldBe([id]);
            await founded.DoAsync(204, "DELETE", $"{Sessions}/{id}", by: ender);
            (await LiveAsync(key)).ShouldBeEmpty();
            await founded.DoAsync(204, "DELETE", $"{Sessions}/{id}", by: ender);
        }
    }

    [Fact]
    public async Task The_token_opens_nothing_in_the_management_api()
    {
        var founded = await Founded.NewAsync(server);
        var token = (await founded.DoAsync(201, "POST", Sessions, $$"""{"keyId":"{{await KeyAsync(founded)}}"}""")).Json.GetProperty("token").GetString()!;
        foreach (var path in new[] { "/api/v1/whoami", "/api/v1/me", "/api/v1/keys", "/api/v1/models" })
            (await server.SendAsync("GET", path, token: token)).Status.ShouldBe(HttpStatusCode.Unauthorized, path);
    }

    [Fact]
    public async Task Ended_ones_are_forgotten_an_hour_later_and_with_the_next_that_is_made()
    {
        var founded = await Founded.NewAsync(server);
        var key = await KeyAsync(founded);
        await OpenAsync(founded, key);
        server.Time.Advance(TimeSpan.FromMinutes(30));
        await server.Services.GetRequiredService<DropEndedPlaygrounds>().RunOnceAsync(TestContext.Current.CancellationToken);
        (await RowsAsync(key)).ShouldBe(1);
        server.Time.Advance(TimeSpan.FromMinutes(41));
        await server.Services.GetRequiredService<DropEndedPlaygrounds>().RunOnceAsync(TestContext.Current.CancellationToken);
        (await RowsAsync(key)).ShouldBe(0);
        await OpenAsync(founded, key);
        server.Time.Advance(TimeSpan.FromMinutes(11));
        await OpenAsync(founded, key);
        (await RowsAsync(key)).ShouldBe(1);
    }

    [Fact]
    public async Task A_leaked_token_ends_and_the_key_goes_on_working()
    {
        var founded = await Founded.NewAsync(server);
        var key = await KeyAsync(founded);
        var token = (await founded.DoAsync(201, "POST", Sessions, $$"""{"keyId":"{{key}}"}""")).Json.GetProperty("token").GetString()!;
        (await founded.DoAsync(200, "POST", "/leaks", $$"""{"text":"it was {{token}} there"}""")).Text.ShouldNotContain(token);
        (await LiveAsync(key)).ShouldBeEmpty();
        (await founded.DoAsync(200, "GET", "/keys/" + key)).Json.GetProperty("status").GetString().ShouldBe("active");
    }

    private static async Task<string> KeyAsync(Founded founded, string body = """{"name":"mine","kind":"test"}""") => (await founded.DoAsync(201, "POST", "/keys", body)).Id;

    private static async Task<string> OpenAsync(Founded founded, string key, Person? by = null) => (await founded.DoAsync(201, "POST", Sessions, $$"""{"keyId":"{{key}}"}""", by)).Id;

    private Task<int> RowsAsync(string key) => server.QueryAsync(db => db.KeyCredentials.CountAsync(c => c.KeyId == key && c.Purpose == "playground"));

    private async Task<IReadOnlyList<string>> LiveAsync(string key)
    {
        var now = server.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return await server.QueryAsync(db => db.KeyCredentials.Where(c => c.KeyId == key && c.Purpose == "playground" && c.ExpiresAtMs > now).Select(c => "pgs_" + c.PublicId).ToListAsync());
    }
}
