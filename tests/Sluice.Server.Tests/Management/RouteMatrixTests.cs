using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Server.Authorization;
using Sluice.Server.Management;
using Sluice.Server.Management.Access;

namespace Sluice.Server.Tests.Management;

public class RouteMatrixTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    /// <summary>
    /// Every endpoint of the real table with the permission that it asks for, `-` for those about the caller alone and `open` for those that need none. A new endpoint
    /// without a line fails; so does a line without its endpoint. What each role and each sort of token is told there is AuthorityMatrixTests' affair.
    /// </summary>
    [Fact]
    public void Every_endpoint_is_in_the_table_with_its_permission()
    {
        var real = server.Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<NeedsPermission>() is not null || e.Metadata.GetMetadata<OpenOperation>() is not null)
            .Select(e => (Method: e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Single() ?? "any", Pattern: e.RoutePattern.RawText!, Needs: e.Metadata.GetMetadata<NeedsPermission>()))
            .Where(e => e.Method != "any")
            .Select(e => $"{e.Method} {e.Pattern} {(e.Needs is null ? "open" : e.Needs.Permission ?? "-")}");
        var table = File.ReadAllLines(Path.Combine(House.Repository.Root, "tests/Sluice.Server.Tests/Management/routes.txt")).Where(l => l.Length > 0).Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        real.Order(StringComparer.Ordinal).ShouldBe(table.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_method_that_an_address_has_not_is_refused_to_strangers_as_strangers_and_to_callers_by_name()
    {
        foreach (var pattern in server.Endpoints.OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<NeedsPermission>() is not null && e.Metadata.GetMetadata<IHttpMethodMetadata>() is null).Select(e => e.RoutePattern.RawText!))
        {
            var path = pattern.Replace("{id}", "any", StringComparison.Ordinal).Replace("{item}", "any", StringComparison.Ordinal).Replace("{**rest}", "v1/nothing/here", StringComparison.Ordinal);
            foreach (var token in new[] { "", "garbage", server.DataPlaneKey, server.SetupToken, server.RevokedToken, server.ExpiredToken })
                ((int)(await server.SendAsync("PURGE", path, "{}", token)).Status).ShouldBe(401, path);
            foreach (var token in new[] { server.OtherToken, server.OwnToken })
                ((int)(await server.SendAsync("PURGE", path, "{}", token)).Status).ShouldBe(pattern.Contains("**", StringComparison.Ordinal) ? 404 : 405, path);
        }
    }

    [Fact]
    public void Every_endpoint_needs_a_caller_or_is_on_the_list_of_open_ones() => OpenRoutes.Unlisted(server.Endpoints).ShouldBeEmpty();

    [Fact]
    public void Every_permission_that_a_route_names_exists() =>
        server.Endpoints.Select(e => e.Metadata.GetMetadata<NeedsPermission>()?.Permission).OfType<string>().Except(Permissions.All).ShouldBeEmpty();

    [Theory]
    [InlineData("GET", "/API/V1/Keys")]
    [InlineData("GET", "/api/v1/keys/")]
    [InlineData("HEAD", "/api/v1/keys")]
    [InlineData("OPTIONS", "/api/v1/keys")]
    [InlineData("GET", "/api/v1/../v1/keys")]
    [InlineData("GET", "/api/v1/%6Beys")]
    [InlineData("GET", "/api/v1")]
    [InlineData("GET", "/api")]
    public async Task No_spelling_of_a_path_gets_by_without_a_caller(string method, string path) =>
        ((int)(await server.SendAsync(method, path, token: "")).Status).ShouldBe(401);

    [Theory]
    [InlineData("Basic c2stc2xj")]
    [InlineData("Bearer")]
    [InlineData("bearer   ")]
    [InlineData("Token x")]
    public async Task Another_scheme_or_no_token_is_refused(string authorization)
    {
        var reply = await server.SendAsync("GET", "/api/v1/whoami", token: "", headers: ("Authorization", authorization));
        ((int)reply.Status).ShouldBe(401);
        reply.Code.ShouldBe("invalid_management_token");
        reply.Headers["www-authenticate"].ShouldBe("Bearer");
    }

    [Theory]
    [InlineData("sk-slc_mgmt_")]
    [InlineData("SK-SLC_MGMT_abc")]
    public async Task A_token_in_the_query_is_refused_before_anything_else(string value)
    {
        var reply = await server.SendAsync("GET", "/api/v1/whoami?token=" + value);
        ((int)reply.Status).ShouldBe(400);
        reply.Code.ShouldBe("api_key_in_query");
    }

    [Fact]
    public async Task A_token_of_the_right_id_with_another_secret_is_refused()
    {
        var own = server.OwnToken;
        var forged = Sluice.Gateway.Keys.KeyText.Create(Sluice.Gateway.Keys.KeyPurpose.Management, out _).Reveal();
        // The public id of a real token in front of a foreign secret, with the checksum made right again.
        var mixed = own[..24] + forged[24..^6];
        var crc = System.IO.Hashing.Crc32.HashToUInt32(Encoding.ASCII.GetBytes(mixed));
        const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        var check = new char[6];
        for (var i = 5; i >= 0; i--, crc /= 62)
            check[i] = Base62[(int)(crc % 62)];
        var token = mixed + new string(check);
        Sluice.Gateway.Keys.KeyText.TryParse(token, out _, out _).ShouldBeTrue();
        (await server.SendAsync("GET", "/api/v1/whoami", token: token)).Code.ShouldBe("invalid_management_token");
    }

    [Fact]
    public async Task Whoami_says_whose_token_it_is_and_what_it_may_do()
    {
        var own = (await server.SendAsync("GET", "/api/v1/whoami")).Json;
        own.GetProperty("organisationId").GetString().ShouldBe(ManagementServer.OrganisationA);
        own.GetProperty("tokenId").GetString().ShouldBe("mgt_own");
        own.GetProperty("permissions").GetArrayLength().ShouldBe(Permissions.All.Count);
        var other = (await server.SendAsync("GET", "/api/v1/whoami", token: server.OtherToken)).Json;
        other.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()).ShouldNotContain("upstreams.write");
    }

    private async Task<(string Id, string Item)> ReviewOfA(string pattern) =>
        ManagementRoutes.All.FirstOrDefault(o => ManagementRoutes.Root + o.Path == pattern && o.Path.StartsWith("/access-reviews/{id}", StringComparison.Ordinal)) is { } operation
            ? await MatrixObjects.CreateAsync(server, operation, ManagementServer.OrganisationA, new Person("", "", ""))
            : ("", "");
}
