namespace Sluice.Server.Tests.Management.Organisations;

public class AssignmentTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_role_is_given_listed_by_member_role_and_project_and_taken_away()
    {
        var founded = await Founded.NewAsync(server);
        var member = await founded.AddAsync();
        var id = await founded.AssignAsync(member, "role_developer", founded.ProjectId);
        await founded.DoAsync(200, "GET", "/keys", by: member);
        foreach (var query in new[] { $"accountId={member.AccountId}", "roleId=role_developer", $"projectId={founded.ProjectId}" })
            (await founded.DoAsync(200, "GET", "/assignments?" + query)).Json.GetProperty("data").EnumerateArray().Single().GetProperty("id").GetString().ShouldBe(id, query);
        (await founded.SendAsync("POST", "/assignments", $$"""{"accountId":"{{member.AccountId}}","roleId":"role_developer","projectId":"{{founded.ProjectId}}"}""")).Code.ShouldBe("conflict");
        await founded.DoAsync(204, "DELETE", "/assignments/" + id);
        ((int)(await founded.SendAsync("GET", "/keys", by: member)).Status).ShouldBe(403);
        ((int)(await founded.SendAsync("DELETE", "/assignments/" + id)).Status).ShouldBe(404);
    }

    [Theory]
    [InlineData("""{"accountId":"acc_none","roleId":"role_developer"}""", "accountId")]
    [InlineData("""{"accountId":"FOREIGN","roleId":"role_developer"}""", "accountId")]
    [InlineData("""{"accountId":"ME","roleId":"rol_none"}""", "roleId")]
    [InlineData("""{"accountId":"ME","roleId":"role_operator"}""", "roleId")]
    [InlineData("""{"accountId":"ME","roleId":"role_developer","projectId":"prj_a0"}""", "projectId")]
    [InlineData("""{"accountId":"ME","roleId":"role_owner","projectId":"OWN"}""", "projectId")]
    [InlineData("""{"accountId":"ME","roleId":"NOWHERE","projectId":"OWN"}""", "projectId")]
    public async Task A_wrong_member_is_refused_by_name(string body, string field)
    {
        var founded = await Founded.NewAsync(server);
        var foreign = await server.AddPersonAsync(ManagementServer.OrganisationB);
        var role = await founded.RoleAsync("""[{"action":"members.read"}]""");
        body = body.Replace("FOREIGN", foreign.AccountId, StringComparison.Ordinal).Replace("ME", founded.Owner.AccountId, StringComparison.Ordinal)
            .Replace("OWN", founded.ProjectId, StringComparison.Ordinal).Replace("NOWHERE", role, StringComparison.Ordinal);
        var reply = await founded.SendAsync("POST", "/assignments", body);
        ((int)reply.Status).ShouldBe(400, reply.Text);
        reply.Fields.ShouldBe([field]);
    }

    [Fact]
    public async Task Another_organisations_role_and_project_cannot_be_told_from_none()
    {
        var (one, two) = (await Founded.NewAsync(server), await Founded.NewAsync(server));
        var role = await two.RoleAsync("""[{"action":"keys.read"}]""");
        (await Try(role, null)).ShouldBe(await Try("rol_none", null));
        (await Try("role_developer", two.ProjectId)).ShouldBe(await Try("role_developer", "prj_none"));

        async Task<string> Try(string roleId, string? projectId) =>
            (await one.SendAsync("POST", "/assignments", $$"""{"accountId":"{{one.Owner.AccountId}}","roleId":"{{roleId}}"{{(projectId is null ? "" : $",\"projectId\":\"{projectId}\"")}}}""")).WithoutRequestId;
    }

    [Fact]
    public async Task Owners_are_made_and_unmade_by_owners_only_and_the_last_one_stays()
    {
        var founded = await Founded.NewAsync(server);
        var (admin, member) = (await founded.AddAsync("role_admin"), await founded.AddAsync());
        var body = $$"""{"accountId":"{{member.AccountId}}","roleId":"role_owner"}""";
        (await founded.SendAsync("POST", "/assignments", body, admin)).Code.ShouldBe("permission_denied");
        var first = await founded.AssignmentOfAsync(founded.Owner, "role_owner");
        (await founded.SendAsync("DELETE", "/assignments/" + first, by: admin)).Code.ShouldBe("permission_denied");
        (await founded.SendAsync("DELETE", "/assignments/" + first)).Code.ShouldBe("conflict");
        await founded.DoAsync(201, "POST", "/assignments", body);
        await founded.DoAsync(204, "DELETE", "/assignments/" + first);
        (await founded.OwnersAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_gives_more_than_they_have_not_even_to_themselves()
    {
        var founded = await Founded.NewAsync(server);
        var roles = await founded.RoleAsync("""[{"action":"roles.*"},{"action":"keys.read"}]""");
        var giver = await founded.AddAsync(roles);
        var keys = await founded.RoleAsync("""[{"action":"keys.*"}]""");
        var reading = await founded.RoleAsync("""[{"action":"keys.read"}]""");
        foreach (var to in new[] { giver, founded.Owner })
        {
            (await founded.SendAsync("POST", "/assignments", $$"""{"accountId":"{{to.AccountId}}","roleId":"{{keys}}"}""", giver)).Code.ShouldBe("permission_denied");
            (await founded.SendAsync("POST", "/assignments", $$"""{"accountId":"{{to.AccountId}}","roleId":"{{keys}}","projectId":"{{founded.ProjectId}}"}""", giver)).Code.ShouldBe("permission_denied");
            await founded.DoAsync(201, "POST", "/assignments", $$"""{"accountId":"{{to.AccountId}}","roleId":"{{reading}}"}""", giver);
        }
    }

    [Fact]
    public async Task What_is_held_in_one_project_is_given_on_in_that_project_only()
    {
        var founded = await Founded.NewAsync(server);
        var (project, role) = (await founded.ProjectAsync(), await founded.RoleAsync("""[{"action":"keys.*"}]"""));
        var giver = await founded.AddAsync(await founded.RoleAsync("""[{"action":"roles.*"}]"""));
        await founded.AssignAsync(giver, role, project);
        var member = await founded.AddAsync();
        await founded.DoAsync(201, "POST", "/assignments", $$"""{"accountId":"{{member.AccountId}}","roleId":"{{role}}","projectId":"{{project}}"}""", giver);
        (await founded.SendAsync("POST", "/assignments", $$"""{"accountId":"{{member.AccountId}}","roleId":"{{role}}","projectId":"{{founded.ProjectId}}"}""", giver)).Code.ShouldBe("permission_denied");
        (await founded.SendAsync("POST", "/assignments", $$"""{"accountId":"{{member.AccountId}}","roleId":"{{role}}"}""", giver)).Code.ShouldBe("permission_denied");
    }

    [Fact]
    public async Task The_operator_role_is_given_in_the_operators_organisation()
    {
        var person = await server.AddPersonAsync(ManagementServer.OrganisationA);
        var reply = await server.SendAsync("POST", "/api/v1/assignments", $$"""{"accountId":"{{person.AccountId}}","roleId":"role_operator"}""");
        ((int)reply.Status).ShouldBe(201, reply.Text);
        ((int)(await server.SendAsync("GET", "/api/v1/upstreams", token: person.Token)).Status).ShouldBe(200);
        ((int)(await server.SendAsync("GET", "/api/v1/keys", token: person.Token)).Status).ShouldBe(403);
    }
}
