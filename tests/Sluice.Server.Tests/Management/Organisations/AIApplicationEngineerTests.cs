using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;

namespace Sluice.Server.Tests.Management.Organisations;

/// <summary>The product's own example of a role: the chat endpoint, a week of logs, temporary quota increases, and nothing else.</summary>
public class AIApplicationEngineerTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task Of_all_routes_that_need_a_permission_only_its_own_three_are_open_to_the_engineer()
    {
        var founded = await Founded.NewAsync(server);
        foreach (var engineer in new[] { await founded.AddAsync("role_ai_engineer"), await founded.AddAsync("role_ai_engineer", founded.ProjectId) })
        {
            var routes = server.Endpoints.OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<NeedsPermission>()?.Permission is not null).ToList();
            routes.Count.ShouldBeGreaterThan(40);
            foreach (var route in routes)
            {
                var permission = route.Metadata.GetMetadata<NeedsPermission>()!.Permission!;
                var method = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Single();
                var path = "/" + route.RoutePattern.RawText!.TrimStart('/').Replace("{id}", "x_1").Replace("{item}", "x_1");
                var reply = await server.SendAsync(method, path, method is "GET" or "DELETE" ? null : "{}", engineer.Token);
                if (permission is Permissions.LogsRead or Permissions.QuotaRequest)
                    ((int)reply.Status).ShouldNotBe(403, $"{method} {path}");
                else
                    ((int)reply.Status).ShouldBe(403, $"{method} {path}");
            }

            (await founded.DoAsync(200, "GET", "/whoami", by: engineer)).Json.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()).ShouldBe(["api.call", "logs.read", "quota.request"]);
        }
    }

    [Theory]
    [InlineData("POST /v1/chat/completions", true)]
    [InlineData("GET /v1/chat/completions", true)]
    [InlineData("POST /v1/completions", false)]
    [InlineData("POST /v1/embeddings", false)]
    [InlineData("GET /v1/models", false)]
    [InlineData("DELETE /v1/chat/completions", false)]
    public void It_calls_the_chat_endpoint_and_no_other(string route, bool allowed) =>
        new Rights([.. BuiltInRoles.AIApplicationEngineer.Permissions.Select(p => new GrantedPermission(p, null, "", "", ""))]).AllowsCall("prj_1", route, "any-model").ShouldBe(allowed);
}
