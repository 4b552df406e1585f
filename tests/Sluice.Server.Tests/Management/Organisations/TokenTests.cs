using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;

namespace Sluice.Server.Tests.Management.Organisations;

public class TokenTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_token_is_shown_once_does_what_its_scopes_say_and_is_revoked()
    {
        var founded = await Founded.NewAsync(server);
        var made = await MakeAsync(founded, """{"name":"report","scopes":["keys.read","projects.*"]}""");
        var secret = made.Json.GetProperty("token").GetString()!;
        made.Json.GetProperty("accountId").GetString().ShouldBe(founded.Owner.AccountId);
        made.Json.GetProperty("expiresAt").GetDateTimeOffset().ShouldBe(server.Time.GetUtcNow().AddDays(90), TimeSpan.FromSeconds(1));
        (await founded.DoAsync(200, "GET", "/tokens")).Text.ShouldNotContain(secret);
        (await server.QueryAsync(async db => JsonSerializer.Serialize(await db.AuditEntries.ToListAsync()))).ShouldNotContain(secret);

        ((int)(await WithAsync(secret, "GET", "/keys")).Status).ShouldBe(200);
        ((int)(await WithAsync(secret, "POST", "/projects", """{"name":"p"}""")).Status).ShouldBe(201);
        (await WithAsync(secret, "POST", "/keys", """{"name":"k","kind":"test"}""")).Code.ShouldBe("permission_denied");
        ((int)(await WithAsync(secret, "GET", "/members")).Status).ShouldBe(403);
        await founded.DoAsync(204, "DELETE", "/tokens/" + made.Id);
        await founded.DoAsync(204, "DELETE", "/tokens/" + made.Id);
        (await WithAsync(secret, "GET", "/keys")).Code.ShouldBe("invalid_management_token");
        (await founded.AuditAsync("token.revoke")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Its_last_use_is_kept_to_the_minute()
    {
        var founded = await Founded.NewAsync(server);
        var made = await MakeAsync(founded, """{"name":"t"}""");
        var secret = made.Json.GetProperty("token").GetString()!;
        (await LastUseAsync()).ShouldBeNull();
        await WithAsync(secret, "GET", "/whoami");
        var first = await LastUseAsync();
        first.ShouldBe(server.Time.GetUtcNow().ToUnixTimeMilliseconds());
        server.Time.Advance(TimeSpan.FromSeconds(59));
        await WithAsync(secret, "GET", "/whoami");
        (await LastUseAsync()).ShouldBe(first);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        await WithAsync(secret, "GET", "/whoami");
        (await LastUseAsync()).ShouldBe(first + 60_000);

        Task<long?> LastUseAsync() => server.QueryAsync(db => db.ManagementTokens.Where(t => t.Id == made.Id).Select(t => t.LastUsedAtMs).SingleAsync());
    }

    [Theory]
    [InlineData("""{}""", "name")]
    [InlineData("""{"name":"t","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"t","scopes":["keys.fly"]}""", "scopes[0]")]
    [InlineData("""{"name":"t","scopes":"keys.read"}""", "scopes")]
    [InlineData("""{"name":"t","expiresAt":"2020-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"t","accountId":"acc_1"}""", "accountId")]
    public async Task A_wrong_member_is_refused_by_name(string body, string field)
    {
        var founded = await Founded.NewAsync(server);
        var reply = await founded.SendAsync("POST", "/tokens", body);
        ((int)reply.Status).ShouldBe(400);
        reply.Fields.ShouldContain(field);
    }

    [Fact]
    public async Task A_token_of_the_organisation_and_one_without_end_need_the_permission()
    {
        var founded = await Founded.NewAsync(server);
        var developer = await founded.AddAsync("role_developer");
        (await founded.SendAsync("POST", "/tokens", """{"name":"t","service":true,"scopes":["keys.read"]}""", developer)).Code.ShouldBe("permission_denied");
        (await founded.SendAsync("POST", "/tokens", """{"name":"t","expiresAt":null}""", developer)).Code.ShouldBe("permission_denied");
        await founded.DoAsync(201, "POST", "/tokens", """{"name":"t","expiresAt":"2099-01-01T00:00:00Z"}""", developer);
        (await founded.DoAsync(201, "POST", "/tokens", """{"name":"t","expiresAt":null}""")).Json.GetProperty("expiresAt").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_service_token_gets_only_what_its_maker_holds_without_any_limit()
    {
        var founded = await Founded.NewAsync(server);
        var maker = await founded.AddAsync(await founded.RoleAsync("""[{"action":"tokens.*"},{"action":"keys.read"},{"action":"logs.read","days":7},{"action":"api.call","models":["m"]}]"""));
        foreach (var (scopes, status) in new[] { ("[\"keys.read\"]", 201), ("[\"keys.*\"]", 403), ("[\"logs.read\"]", 403), ("[\"api.call\"]", 403), ("[\"*\"]", 403), ("null", 403) })
        {
            var reply = await founded.SendAsync("POST", "/tokens", $$"""{"name":"t","service":true,"scopes":{{scopes}}}""", maker);
            ((int)reply.Status).ShouldBe(status, scopes + reply.Text);
        }

        var admin = await founded.AddAsync("role_admin");
        (await founded.SendAsync("POST", "/tokens", """{"name":"t","service":true}""", admin)).Text.ShouldContain("organisation.own");
        await founded.DoAsync(201, "POST", "/tokens", """{"name":"t","service":true,"scopes":["logs.read","keys.*","members.*"]}""", admin);
    }

    [Fact]
    public async Task A_service_token_outlives_its_maker_and_a_persons_own_does_not()
    {
        var founded = await Founded.NewAsync(server);
        var admin = await founded.AddAsync("role_admin");
        var service = (await MakeAsync(founded, """{"name":"s","service":true,"scopes":["keys.read"]}""", admin)).Json.GetProperty("token").GetString()!;
        var own = (await MakeAsync(founded, """{"name":"p","scopes":["keys.read"]}""", admin)).Json.GetProperty("token").GetString()!;
        await founded.DoAsync(204, "DELETE", "/members/" + admin.AccountId);
        ((int)(await WithAsync(service, "GET", "/keys")).Status).ShouldBe(200);
        ((int)(await WithAsync(own, "GET", "/keys")).Status).ShouldBe(401);
    }

    [Fact]
    public async Task A_token_makes_none_that_may_do_more_or_lasts_longer_than_itself()
    {
        var founded = await Founded.NewAsync(server);
        var made = await MakeAsync(founded, """{"name":"narrow","scopes":["keys.*","tokens.*"],"expiresAt":"2030-02-05T00:00:00Z"}""");
        var secret = made.Json.GetProperty("token").GetString()!;
        (await WithAsync(secret, "POST", "/tokens", """{"name":"wide"}""")).Code.ShouldBe("permission_denied");
        (await WithAsync(secret, "POST", "/tokens", """{"name":"wide","scopes":["members.read"]}""")).Code.ShouldBe("permission_denied");
        (await WithAsync(secret, "POST", "/tokens", """{"name":"wide","scopes":["*"],"service":true}""")).Code.ShouldBe("permission_denied");
        (await WithAsync(secret, "POST", "/tokens", """{"name":"long","scopes":["keys.read"],"expiresAt":null}""")).Fields.ShouldBe(["expiresAt"]);
        (await WithAsync(secret, "POST", "/tokens", """{"name":"long","scopes":["keys.read"],"expiresAt":"2030-02-06T00:00:00Z"}""")).Fields.ShouldBe(["expiresAt"]);
        var inside = await WithAsync(secret, "POST", "/tokens", """{"name":"inside","scopes":["keys.read"]}""");
        ((int)inside.Status).ShouldBe(201, inside.Text);
        inside.Json.GetProperty("expiresAt").GetString().ShouldBe("2030-02-05T00:00:00.000Z");
    }

    [Fact]
    public async Task Everybody_sees_and_revokes_their_own_and_others_need_permissions()
    {
        var founded = await Founded.NewAsync(server);
        var (engineer, auditor) = (await founded.AddAsync("role_ai_engineer"), await founded.AddAsync("role_auditor"));
        var owners = (await MakeAsync(founded, """{"name":"o"}""")).Id;
        var own = (await MakeAsync(founded, """{"name":"e"}""", engineer)).Id;
        (await IdsAsync(engineer)).ShouldBe([own]);
        (await IdsAsync(auditor)).ShouldBe([own, owners], ignoreOrder: true);
        var hidden = await founded.SendAsync("DELETE", "/tokens/" + owners, by: engineer);
        ((int)hidden.Status).ShouldBe(404);
        hidden.WithoutRequestId.ShouldBe((await founded.SendAsync("DELETE", "/tokens/mgt_none", by: engineer)).WithoutRequestId);
        ((int)(await founded.SendAsync("DELETE", "/tokens/" + owners, by: auditor)).Status).ShouldBe(403);
        await founded.DoAsync(204, "DELETE", "/tokens/" + own, by: engineer);
        (await founded.DoAsync(200, "GET", "/tokens?status=active")).Json.GetProperty("data").GetArrayLength().ShouldBe(1);

        async Task<IEnumerable<string>> IdsAsync(Person by) => (await founded.DoAsync(200, "GET", "/tokens", by: by)).Json.GetProperty("data").EnumerateArray().Select(t => t.GetProperty("id").GetString()!);
    }

    [Fact]
    public async Task The_last_way_in_stays()
    {
        await using var alone = new ManagementServer();
        await alone.InitializeAsync();
        (await alone.SendAsync("DELETE", "/api/v1/tokens/mgt_own")).Code.ShouldBe("conflict");
        await alone.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        ((int)(await alone.SendAsync("DELETE", "/api/v1/tokens/mgt_own")).Status).ShouldBe(204);
    }

    [Fact]
    public async Task Random_scopes_of_random_people_are_the_intersection_when_made_and_after_a_demotion()
    {
        var founded = await Founded.NewAsync(server);
        var random = new Random(11);
        string[] patterns = [.. Permissions.All.Where(a => !Permissions.IsOperators(a)), "keys.*", "members.*", "roles.*", "quota.*", "*"];
        for (var round = 0; round < 40; round++)
        {
            var (before, after) = (Pick(6), Pick(3));
            var role = await founded.RoleAsync(Json(before));
            var person = await founded.AddAsync(role);
            var scopes = round % 8 == 0 ? null : Pick(4);
            var secret = (await MakeAsync(founded, $$"""{"name":"t"{{(scopes is null ? "" : $",\"scopes\":{JsonSerializer.Serialize(scopes)}")}}}""", person)).Json.GetProperty("token").GetString()!;
            await CheckAsync(before);
            await founded.DoAsync(200, "PATCH", "/roles/" + role, $$"""{"permissions":{{Json(after)}}}""");
            await CheckAsync(after);

            async Task CheckAsync(string[] held) =>
                (await WithAsync(secret, "GET", "/whoami")).Json.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()!).ShouldBe(
                    Permissions.All.Where(a => !Permissions.IsOperators(a) && held.Any(h => Naive(h, a)) && (scopes is null || scopes.Any(s => Naive(s, a)))), $"{string.Join(' ', held)} / {string.Join(' ', scopes ?? [])}");
        }

        string[] Pick(int most) => [.. Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => patterns[random.Next(patterns.Length)]).Distinct()];
        static string Json(string[] actions) => JsonSerializer.Serialize(actions.Select(a => new { action = a }));
        static bool Naive(string pattern, string action) => pattern == "*" || pattern == action || (pattern.EndsWith(".*") && action.Split('.')[0] == pattern.Split('.')[0]);
    }

    private static Task<Reply> MakeAsync(Founded founded, string body, Person? by = null) => founded.DoAsync(201, "POST", "/tokens", body, by);

    private Task<Reply> WithAsync(string secret, string method, string path, string? body = null) => server.SendAsync(method, "/api/v1" + path, body, secret);
}
