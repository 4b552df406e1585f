using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Organisations;

public class ExplainTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string Chat = "POST /v1/chat/completions";

    [Fact]
    public async Task What_is_allowed_names_the_role_the_assignment_and_its_limits()
    {
        var founded = await Founded.NewAsync(server);
        var engineer = await founded.AddAsync("role_ai_engineer", founded.ProjectId);
        var answer = await AskAsync(founded, $$"""{"accountId":"{{engineer.AccountId}}","action":"api.call","route":"{{Chat}}","model":"deepseek-chat","projectId":"{{founded.ProjectId}}"}""");
        answer.GetProperty("allowed").GetBoolean().ShouldBeTrue();
        var grant = answer.GetProperty("grants").EnumerateArray().Single();
        grant.GetProperty("roleId").GetString().ShouldBe("role_ai_engineer");
        grant.GetProperty("assignmentId").GetString().ShouldBe(await founded.AssignmentOfAsync(engineer, "role_ai_engineer"));
        grant.GetProperty("projectId").GetString().ShouldBe(founded.ProjectId);
        grant.GetProperty("permission").GetProperty("routes").GetArrayLength().ShouldBe(2);
        answer.GetProperty("obstacles").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"accountId":"acc_none","action":"keys.read"}""", "not_a_member")]
    [InlineData("""{"accountId":"FOREIGN","action":"keys.read"}""", "not_a_member")]
    [InlineData("""{"accountId":"ENGINEER","action":"keys.read"}""", "no_role")]
    [InlineData("""{"accountId":"ENGINEER","action":"upstreams.read"}""", "operator_only,no_role")]
    [InlineData("""{"accountId":"ENGINEER","action":"quota.request","projectId":"OTHER"}""", "other_project")]
    [InlineData("""{"accountId":"ENGINEER","action":"api.call","route":"POST /v1/embeddings"}""", "route_not_allowed")]
    [InlineData("""{"accountId":"MODELS","action":"api.call","model":"gpt-4o"}""", "model_not_allowed")]
    [InlineData("""{"accountId":"SUSPENDED","action":"keys.read"}""", "account_suspended")]
    [InlineData("""{"accountId":"OWNER","action":"installation.settings"}""", "operator_only")]
    [InlineData("""{"accountId":"OWNER","action":"keys.write"}""", "")]
    public async Task Everything_that_stops_a_person_is_named_with_what_to_do(string body, string codes)
    {
        var founded = await Founded.NewAsync(server);
        var people = new Dictionary<string, string>
        {
            ["FOREIGN"] = (await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner")).AccountId,
            ["ENGINEER"] = (await founded.AddAsync("role_ai_engineer", founded.ProjectId)).AccountId,
            ["MODELS"] = (await founded.AddAsync(await founded.RoleAsync("""[{"action":"api.call","models":["deepseek-*"]}]"""))).AccountId,
            ["SUSPENDED"] = (await founded.AddAsync("role_developer")).AccountId,
            ["OWNER"] = founded.Owner.AccountId,
            ["OTHER"] = await founded.ProjectAsync(),
        };
        var suspended = people["SUSPENDED"];
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == suspended).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        var answer = await AskAsync(founded, people.Aggregate(body, (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal)));
        CodesOf(answer).ShouldBe(codes);
        answer.GetProperty("allowed").GetBoolean().ShouldBe(codes.Length == 0);
        foreach (var obstacle in answer.GetProperty("obstacles").EnumerateArray())
            obstacle.GetProperty("remedy").GetString()!.Length.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task Everything_that_stops_a_key_is_named()
    {
        var founded = await Founded.NewAsync(server);
        var owner = await founded.AddAsync("role_developer");
        var key = (await founded.DoAsync(201, "POST", "/keys", $$$"""{"name":"k","kind":"production","scope":{"routes":["{{{Chat}}}"],"models":["deepseek-*"]}}""", owner)).Id;
        (await KeyAsync($",\"route\":\"{Chat}\",\"model\":\"deepseek-chat\"")).ShouldBe("");
        (await KeyAsync(",\"route\":\"POST /v1/embeddings\",\"model\":\"x\"")).ShouldBe("key_scope,key_scope");
        (await KeyAsync(",\"projectId\":\"prj_other\"")).ShouldBe("key_project");
        CodesOf(await AskAsync(founded, $$"""{"keyId":"{{key}}","action":"keys.read"}""")).ShouldBe("key_calls_only");

        // The owner is demoted, and the key with them.
        await founded.DoAsync(204, "DELETE", "/assignments/" + await founded.AssignmentOfAsync(owner, "role_developer"));
        (await KeyAsync("")).ShouldBe("owner_rights");
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == owner.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        (await KeyAsync("")).ShouldBe("owner_suspended,owner_rights");
        await founded.DoAsync(204, "DELETE", "/members/" + owner.AccountId);
        (await KeyAsync("")).ShouldBe("owner_not_a_member");
        await founded.DoAsync(200, "POST", $"/keys/{key}/disable", "{}");
        await server.QueryAsync(db => db.Keys.Where(k => k.Id == key).ExecuteUpdateAsync(k => k.SetProperty(x => x.ExpiresAtMs, 1).SetProperty(x => x.RevokedAtMs, 1)));
        (await KeyAsync("")).ShouldBe("key_revoked,key_expired,key_disabled,owner_not_a_member");

        async Task<string> KeyAsync(string more) => CodesOf(await AskAsync(founded, $$"""{"keyId":"{{key}}","action":"api.call"{{more}}}"""));
    }

    [Fact]
    public async Task Everything_that_stops_a_token_is_named()
    {
        var founded = await Founded.NewAsync(server);
        var member = await founded.AddAsync("role_developer");
        var token = (await founded.DoAsync(201, "POST", "/tokens", """{"name":"t","scopes":["keys.read"]}""", member)).Id;
        (await TokenAsync("keys.read")).ShouldBe("");
        (await TokenAsync("projects.read")).ShouldBe("token_scope");
        (await TokenAsync("audit.read")).ShouldBe("no_role,token_scope");
        await server.QueryAsync(db => db.ManagementTokens.Where(t => t.Id == token).ExecuteUpdateAsync(t => t.SetProperty(x => x.ExpiresAtMs, 1)));
        (await TokenAsync("keys.read")).ShouldBe("token_expired");
        await founded.DoAsync(204, "DELETE", "/members/" + member.AccountId);
        (await TokenAsync("keys.read")).ShouldBe("token_revoked,token_expired,not_a_member");

        async Task<string> TokenAsync(string action) => CodesOf(await AskAsync(founded, $$"""{"tokenId":"{{token}}","action":"{{action}}"}"""));
    }

    [Fact]
    public async Task Everybody_may_ask_about_themselves_and_about_others_only_with_the_permission()
    {
        var founded = await Founded.NewAsync(server);
        var engineer = await founded.AddAsync("role_ai_engineer");
        (await AskAsync(founded, """{"action":"keys.read"}""", engineer)).GetProperty("subjectId").GetString().ShouldBe(engineer.AccountId);
        var own = (await founded.DoAsync(201, "POST", "/tokens", """{"name":"t"}""", engineer)).Id;
        await AskAsync(founded, $$"""{"tokenId":"{{own}}","action":"keys.read"}""", engineer);
        (await founded.SendAsync("POST", "/access/explain", $$"""{"accountId":"{{founded.Owner.AccountId}}","action":"keys.read"}""", engineer)).Code.ShouldBe("permission_denied");
        var key = (await founded.DoAsync(201, "POST", "/keys", """{"name":"k","kind":"test"}""")).Id;
        var hidden = await founded.SendAsync("POST", "/access/explain", $$"""{"keyId":"{{key}}","action":"api.call"}""", engineer);
        ((int)hidden.Status).ShouldBe(404);
        hidden.WithoutRequestId.ShouldBe((await founded.SendAsync("POST", "/access/explain", """{"keyId":"key_none","action":"api.call"}""", engineer)).WithoutRequestId);
    }

    [Fact]
    public async Task A_person_key_or_token_of_another_organisation_cannot_be_told_from_none()
    {
        var (one, two) = (await Founded.NewAsync(server), await Founded.NewAsync(server));
        var key = (await two.DoAsync(201, "POST", "/keys", """{"name":"k","kind":"test"}""")).Id;
        var token = (await two.DoAsync(201, "POST", "/tokens", """{"name":"t"}""")).Id;
        foreach (var (member, id) in new[] { ("accountId", two.Owner.AccountId), ("keyId", key), ("tokenId", token) })
        {
            var none = OrganisationObjects.UnknownOf(id);
            var foreign = await one.SendAsync("POST", "/access/explain", $$"""{"{{member}}":"{{id}}","action":"api.call"}""");
            var unknown = await one.SendAsync("POST", "/access/explain", $$"""{"{{member}}":"{{none}}","action":"api.call"}""");
            foreign.WithoutRequestId.Replace(id, none, StringComparison.Ordinal).ShouldBe(unknown.WithoutRequestId);
        }
    }

    [Theory]
    [InlineData("""{}""", "action")]
    [InlineData("""{"action":"keys.*"}""", "action")]
    [InlineData("""{"action":"keys.read","route":"POST /v1/chat/completions"}""", "route")]
    [InlineData("""{"action":"keys.read","accountId":"acc_1","keyId":"key_1"}""", "accountId")]
    public async Task A_wrong_question_is_refused_by_name(string body, string field)
    {
        var founded = await Founded.NewAsync(server);
        var reply = await founded.SendAsync("POST", "/access/explain", body);
        ((int)reply.Status).ShouldBe(400);
        reply.Fields.ShouldContain(field);
    }

    [Fact]
    public async Task Ones_own_access_lists_grants_scopes_and_what_comes_out()
    {
        var founded = await Founded.NewAsync(server);
        var developer = await founded.AddAsync("role_developer", founded.ProjectId);
        var secret = (await founded.DoAsync(201, "POST", "/tokens", """{"name":"t","scopes":["keys.read"]}""", developer)).Json.GetProperty("token").GetString();
        var mine = (await server.SendAsync("GET", "/api/v1/access/mine", token: secret)).Json;
        var allowed = mine.GetProperty("allowed").EnumerateArray().Single();
        allowed.GetProperty("action").GetString().ShouldBe("keys.read");
        allowed.GetProperty("projects")[0].GetString().ShouldBe(founded.ProjectId);
        mine.GetProperty("scopes")[0].GetString().ShouldBe("keys.read");
        mine.GetProperty("grants").GetArrayLength().ShouldBeGreaterThan(3);
    }

    private static async Task<JsonElement> AskAsync(Founded founded, string body, Person? by = null) => (await founded.DoAsync(200, "POST", "/access/explain", body, by)).Json;

    private static string CodesOf(JsonElement answer) => string.Join(',', answer.GetProperty("obstacles").EnumerateArray().Select(o => o.GetProperty("code").GetString()));
}
