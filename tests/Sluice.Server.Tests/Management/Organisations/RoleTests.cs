using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Organisations;

public class RoleTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_role_is_made_read_changed_and_deleted()
    {
        var founded = await Founded.NewAsync(server);
        var made = await founded.DoAsync(201, "POST", "/roles", """{"name":"Chat team","description":"d","permissions":[{"action":"api.call","routes":["POST /v1/chat/completions"],"models":["deepseek-*"]},{"action":"logs.read","days":7}]}""");
        var got = await founded.DoAsync(200, "GET", "/roles/" + made.Id);
        got.Json.GetProperty("permissions").GetRawText().ShouldBe("""[{"action":"api.call","routes":["POST /v1/chat/completions"],"models":["deepseek-*"]},{"action":"logs.read","days":7}]""");
        ((int)(await founded.SendAsync("PATCH", "/roles/" + made.Id, """{"name":"Chat","permissions":[{"action":"logs.read","days":3}]}""", headers: ("If-Match", got.Headers["etag"]))).Status).ShouldBe(200);
        (await founded.SendAsync("PATCH", "/roles/" + made.Id, """{"name":"late"}""", headers: ("If-Match", got.Headers["etag"]))).Code.ShouldBe("precondition_failed");
        (await server.QueryAsync(db => db.Changes.CountAsync(c => c.Kind == "organisation" && c.SubjectId == founded.Id))).ShouldBe(1);
        await founded.DoAsync(204, "DELETE", "/roles/" + made.Id);
        ((int)(await founded.SendAsync("GET", "/roles/" + made.Id)).Status).ShouldBe(404);
        foreach (var action in new[] { "role.create", "role.update", "role.delete" })
            (await founded.AuditAsync(action)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Built_in_roles_are_listed_and_cannot_be_changed()
    {
        var founded = await Founded.NewAsync(server);
        var listed = (await founded.DoAsync(200, "GET", "/roles")).Json.GetProperty("data").EnumerateArray().Select(r => r.GetProperty("id").GetString()).ToList();
        listed.ShouldBe(["role_owner", "role_admin", "role_developer", "role_billing", "role_auditor", "role_ai_engineer"]);
        (await founded.SendAsync("PATCH", "/roles/role_developer", """{"name":"x"}""")).Code.ShouldBe("conflict");
        (await founded.SendAsync("DELETE", "/roles/role_developer")).Code.ShouldBe("conflict");
        ((int)(await founded.SendAsync("GET", "/roles/role_operator")).Status).ShouldBe(404);
        ((int)(await server.SendAsync("GET", "/api/v1/roles/role_operator")).Status).ShouldBe(200);
    }

    [Theory]
    [InlineData("""[]""", "permissions")]
    [InlineData("""[{"action":"keys.fly"}]""", "permissions[0].action")]
    [InlineData("""[{"action":"k*"}]""", "permissions[0].action")]
    [InlineData("""[{"action":"keys.*"},{"action":""}]""", "permissions[1].action")]
    [InlineData("""[{"action":"upstreams.*"}]""", "permissions[0].action")]
    [InlineData("""[{"action":"api.call","routes":["POST /v1/fly"]}]""", "permissions[0].routes[0]")]
    [InlineData("""[{"action":"api.call","models":["a*b"]}]""", "permissions[0].models[0]")]
    [InlineData("""[{"action":"keys.read","projects":["prj_a0"]}]""", "permissions[0].projects[0]")]
    [InlineData("""[{"action":"logs.read","days":0}]""", "permissions[0].days")]
    [InlineData("""[{"action":"logs.read","days":36501}]""", "permissions[0].days")]
    [InlineData("""[{"action":"keys.read","days":7}]""", "permissions[0].days")]
    [InlineData("""[{"action":"keys.read","models":["m"]}]""", "permissions[0].models")]
    [InlineData("""[{"action":"members.read","projects":["OWN"]}]""", "permissions[0].projects")]
    [InlineData("""[{"action":"*","days":7}]""", "permissions[0].days")]
    [InlineData("""[{"action":"logs.read","bodies":"yes"}]""", "permissions[0].bodies")]
    [InlineData("""[{"action":"keys.read","resource":"x"}]""", "permissions[0].resource")]
    [InlineData("""["keys.read"]""", "permissions[0]")]
    [InlineData(""" "keys.read" """, "permissions")]
    public async Task A_permission_list_is_held_against_the_catalogue(string permissions, string field)
    {
        var founded = await Founded.NewAsync(server);
        permissions = permissions.Replace("OWN", founded.ProjectId, StringComparison.Ordinal);
        foreach (var (path, name) in new[] { ("/roles", "\"name\":\"r\","), ("/roles/preview", "") })
        {
            var reply = await founded.SendAsync("POST", path, $$"""{{{name}}"permissions":{{permissions}}}""");
            ((int)reply.Status).ShouldBe(400, reply.Text);
            reply.Fields.ShouldContain(field);
        }
    }

    [Fact]
    public async Task Nobody_makes_a_role_of_more_than_they_have()
    {
        var founded = await Founded.NewAsync(server);
        var own = await founded.RoleAsync("""[{"action":"roles.*"},{"action":"keys.read"},{"action":"logs.read","days":7},{"action":"api.call","models":["deepseek-*"]}]""");
        var giver = await founded.AddAsync(own);
        foreach (var (permission, status) in new[]
        {
            ("""{"action":"keys.read"}""", 201), ("""{"action":"keys.write"}""", 403), ("""{"action":"keys.*"}""", 403), ("""{"action":"*"}""", 403),
            ("""{"action":"logs.read","days":7}""", 201), ("""{"action":"logs.read","days":3}""", 201), ("""{"action":"logs.read","days":8}""", 403), ("""{"action":"logs.read"}""", 403),
            ("""{"action":"logs.read","days":7,"bodies":true}""", 403), ("""{"action":"api.call","models":["deepseek-chat"]}""", 201), ("""{"action":"api.call","models":["deepseek-*"]}""", 201),
            ("""{"action":"api.call","models":["deep*"]}""", 403), ("""{"action":"api.call"}""", 403), ("""{"action":"organisation.own"}""", 403),
        })
        {
            var reply = await founded.SendAsync("POST", "/roles", $$"""{"name":"{{Guid.NewGuid():N}}","permissions":[{{permission}}]}""", giver);
            ((int)reply.Status).ShouldBe(status, permission + reply.Text);
        }

        // Nor does anybody widen the role that they hold themselves.
        var widened = await founded.SendAsync("PATCH", "/roles/" + own, """{"permissions":[{"action":"roles.*"},{"action":"keys.*"}]}""", giver);
        widened.Code.ShouldBe("permission_denied");
        widened.Text.ShouldContain("keys.write");
        await founded.DoAsync(200, "PATCH", "/roles/" + own, """{"permissions":[{"action":"roles.*"},{"action":"keys.read"}]}""", giver);
        ((int)(await founded.SendAsync("GET", "/requests", by: giver)).Status).ShouldBe(403);
    }

    [Fact]
    public async Task A_role_that_makes_owners_is_changed_by_owners_only()
    {
        var founded = await Founded.NewAsync(server);
        var owning = await founded.RoleAsync("""[{"action":"organisation.*"}]""");
        var admin = await founded.AddAsync("role_admin");
        (await founded.SendAsync("PATCH", "/roles/" + owning, """{"permissions":[{"action":"organisation.read"}]}""", admin)).Code.ShouldBe("permission_denied");
        (await founded.SendAsync("DELETE", "/roles/" + owning, by: admin)).Code.ShouldBe("permission_denied");
    }

    [Fact]
    public async Task Editing_a_role_changes_what_its_holders_may_do_at_once()
    {
        var founded = await Founded.NewAsync(server);
        var role = await founded.RoleAsync("""[{"action":"keys.read"}]""");
        var member = await founded.AddAsync(role);
        await founded.DoAsync(200, "GET", "/keys", by: member);
        await founded.DoAsync(200, "PATCH", "/roles/" + role, """{"permissions":[{"action":"projects.read"}]}""");
        ((int)(await founded.SendAsync("GET", "/keys", by: member)).Status).ShouldBe(403);
        await founded.DoAsync(200, "GET", "/projects", by: member);
    }

    [Fact]
    public async Task A_role_stays_while_somebody_holds_it_or_an_invitation_offers_it()
    {
        var founded = await Founded.NewAsync(server);
        var role = await founded.RoleAsync("""[{"action":"keys.read"}]""");
        var assignment = await founded.AssignAsync(await founded.AddAsync(), role);
        (await founded.SendAsync("DELETE", "/roles/" + role)).Code.ShouldBe("conflict");
        await founded.DoAsync(204, "DELETE", "/assignments/" + assignment);
        var invitation = (await founded.DoAsync(201, "POST", "/invitations", $$"""{"email":"offered@corp.example","roleId":"{{role}}"}""")).Id;
        (await founded.SendAsync("DELETE", "/roles/" + role)).Code.ShouldBe("conflict");
        await founded.DoAsync(204, "DELETE", "/invitations/" + invitation);
        await founded.DoAsync(204, "DELETE", "/roles/" + role);
    }

    [Fact]
    public async Task No_two_roles_have_one_name()
    {
        var founded = await Founded.NewAsync(server);
        await founded.RoleAsync("""[{"action":"keys.read"}]""", "Team");
        var other = await founded.RoleAsync("""[{"action":"keys.read"}]""", "Other");
        (await founded.SendAsync("POST", "/roles", """{"name":"TEAM","permissions":[{"action":"keys.read"}]}""")).Code.ShouldBe("conflict");
        (await founded.SendAsync("POST", "/roles", """{"name":"owner","permissions":[{"action":"keys.read"}]}""")).Code.ShouldBe("conflict");
        (await founded.SendAsync("PATCH", "/roles/" + other, """{"name":"team"}""")).Code.ShouldBe("conflict");
    }

    [Fact]
    public async Task A_permission_list_is_told_in_the_readers_language()
    {
        var founded = await Founded.NewAsync(server);
        const string body = """{"permissions":[{"action":"logs.read","days":7},{"action":"*"}]}""";
        var english = (await founded.DoAsync(200, "POST", "/roles/preview", body)).Json;
        english.GetProperty("sentences")[0].GetString().ShouldBe("May read call logs of the last 7 days, without prompts and answers, in every project where the role is given.");
        var chinese = (await founded.SendAsync("POST", "/roles/preview", body, headers: ("Accept-Language", "zh-CN"))).Json;
        chinese.GetProperty("language").GetString().ShouldBe("zh-CN");
        chinese.GetProperty("sentences")[1].GetString().ShouldBe("可执行任何操作，包括转让组织。");
        (await founded.SendAsync("GET", "/permissions", headers: ("Accept-Language", "zh"))).Text.ShouldContain("limits");
        (await founded.AuditAsync("role.create")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_project_that_a_role_names_is_not_deleted_and_roles_given_in_one_end_with_it()
    {
        var founded = await Founded.NewAsync(server);
        var project = await founded.ProjectAsync();
        var role = await founded.RoleAsync($$"""[{"action":"keys.read","projects":["{{project}}"]}]""");
        var member = await founded.AddAsync("role_developer", project);
        (await founded.SendAsync("DELETE", "/projects/" + project)).Code.ShouldBe("conflict");
        await founded.DoAsync(204, "DELETE", "/roles/" + role);
        await founded.DoAsync(204, "DELETE", "/projects/" + project);
        (await founded.DoAsync(200, "GET", "/members/" + member.AccountId)).Json.GetProperty("roles").GetArrayLength().ShouldBe(0);
        (await server.QueryAsync(db => db.Changes.CountAsync(c => c.Kind == "owner" && c.SubjectId == member.AccountId))).ShouldBe(1);
    }
}
