using System.Net;

namespace Sluice.Server.Tests.Management;

public class ProjectTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_project_lives_from_create_to_delete()
    {
        var created = await server.SendAsync("POST", "/api/v1/projects", """{"name":"Website"}""");
        created.Status.ShouldBe(HttpStatusCode.Created);
        var path = created.Headers["location"];
        (await server.SendAsync("GET", path)).Text.ShouldBe(created.Text);
        (await server.SendAsync("PATCH", path, """{"name":"Shop"}""")).Json.GetProperty("name").GetString().ShouldBe("Shop");
        (await server.SendAsync("GET", "/api/v1/projects?limit=100")).Text.ShouldContain("Shop");
        (await server.SendAsync("DELETE", path)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("GET", path)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_project_with_keys_stays_even_if_they_are_revoked()
    {
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"full"}""")).Id;
        var key = (await server.CreateKeyAsync($$"""{"name":"k","kind":"test","projectId":"{{project}}"}""")).Id;
        await server.SendAsync("DELETE", $"/api/v1/keys/{key}");
        (await server.SendAsync("DELETE", $"/api/v1/projects/{project}")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task The_last_project_of_an_organisation_stays() =>
        (await server.SendAsync("DELETE", $"/api/v1/projects/{ManagementServer.ProjectB}", token: server.OtherToken)).Status.ShouldBe(HttpStatusCode.Conflict);

    [Theory]
    [InlineData("POST", "{}", "name")]
    [InlineData("POST", """{"name":""}""", "name")]
    [InlineData("POST", """{"name":"p","id":"prj_x"}""", "id")]
    [InlineData("PATCH", """{"name":null}""", "name")]
    [InlineData("PATCH", """{"name":{}}""", "name")]
    public async Task A_wrong_member_is_refused_by_name(string method, string body, string field)
    {
        var reply = await server.SendAsync(method, method == "POST" ? "/api/v1/projects" : $"/api/v1/projects/{ManagementServer.ProjectA}", body);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.ShouldContain(field);
    }
}
