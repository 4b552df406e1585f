using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management;

public class UpstreamTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task An_upstream_lives_from_create_to_delete_and_never_shows_its_key()
    {
        var id = await server.CreateUpstreamAsync("openai-eu", ""","weight":5,"firstByteTimeoutMs":1000""");
        var got = await server.SendAsync("GET", $"/api/v1/upstreams/{id}");
        got.Json.GetProperty("hasApiKey").GetBoolean().ShouldBeTrue();
        got.Json.GetProperty("weight").GetInt32().ShouldBe(5);
        got.Json.GetProperty("idleTimeoutMs").GetInt64().ShouldBe(120_000);
        var changed = await server.SendAsync("PATCH", $"/api/v1/upstreams/{id}", """{"models":["a","fast=b"],"firstByteTimeoutMs":null}""");
        changed.Json.GetProperty("models").EnumerateArray().Select(m => m.GetString()).ShouldBe(["a", "fast=b"]);
        changed.Json.GetProperty("firstByteTimeoutMs").GetInt64().ShouldBe(600_000);
        var list = await server.SendAsync("GET", "/api/v1/upstreams");
        foreach (var reply in new[] { got, changed, list, await server.SendAsync("GET", "/api/v1/audit?limit=100") })
            reply.Text.ShouldNotContain("sk-upstream-secret");
        (await server.SendAsync("DELETE", $"/api/v1/upstreams/{id}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("GET", $"/api/v1/upstreams/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_configured_upstream_is_shown_and_not_changed()
    {
        var list = await server.SendAsync("GET", "/api/v1/upstreams");
        list.Text.ShouldNotContain("configured-secret");
        list.Json.GetProperty("data")[0].GetProperty("source").GetString().ShouldBe("configuration");
        (await server.SendAsync("GET", $"/api/v1/upstreams/{ManagementServer.ConfiguredId}")).Json.GetProperty("models")[0].GetString().ShouldBe("chat=deepseek-chat");
        (await server.SendAsync("PATCH", $"/api/v1/upstreams/{ManagementServer.ConfiguredId}", """{"weight":2}""")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await server.SendAsync("DELETE", $"/api/v1/upstreams/{ManagementServer.ConfiguredId}")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("http://api.example.com/v1", ",\"allowPrivateAddress\":true")]
    [InlineData("https://api.example.org/v1", "")]
    [InlineData("https://api.example.com:8443/v1", "")]
    public async Task Another_origin_needs_the_secret_again(string baseUrl, string extra)
    {
        var id = await server.CreateUpstreamAsync("moved" + Guid.CreateVersion7().ToString("N"));
        var refused = await server.SendAsync("PATCH", $"/api/v1/upstreams/{id}", $$"""{"baseUrl":"{{baseUrl}}"{{extra}}}""");
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, refused.Text);
        refused.Code.ShouldBe("secret_required");
        refused.Fields.ShouldBe(["apiKey"]);
        (await server.QueryAsync(db => db.Upstreams.SingleAsync(u => u.Id == id))).BaseUrl.ShouldBe("https://api.example.com/v1");

        var cleared = await server.SendAsync("PATCH", $"/api/v1/upstreams/{id}", $$"""{"baseUrl":"{{baseUrl}}","apiKey":null{{extra}}}""");
        cleared.Json.GetProperty("hasApiKey").GetBoolean().ShouldBeFalse();
    }

    [Theory]
    [InlineData("https://api.example.com/v2")]
    [InlineData("https://API.example.com:443/v1/")]
    public async Task Another_path_of_the_same_origin_keeps_the_secret(string baseUrl)
    {
        var id = await server.CreateUpstreamAsync("kept" + Guid.CreateVersion7().ToString("N"));
        var reply = await server.SendAsync("PATCH", $"/api/v1/upstreams/{id}", $$"""{"baseUrl":"{{baseUrl}}"}""");
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        reply.Json.GetProperty("hasApiKey").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_name_is_given_once_in_whatever_case()
    {
        await server.CreateUpstreamAsync("Taken");
        foreach (var name in new[] { "taken", "SANDBOX" })
        {
            var reply = await server.SendAsync("POST", "/api/v1/upstreams", $$"""{"name":"{{name}}","kind":"sandbox","models":["*"]}""");
            reply.Status.ShouldBe(HttpStatusCode.Conflict);
            reply.Fields.ShouldBe(["name"]);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:9000", "allowPrivateAddress")]
    [InlineData("http://10.0.0.1/v1", "allowPrivateAddress")]
    [InlineData("https://[::1]/v1", "allowPrivateAddress")]
    [InlineData("https://[::ffff:10.0.0.1]/v1", "")]
    [InlineData("http://169.254.169.254/latest", "")]
    [InlineData("https://0.0.0.0/", "")]
    [InlineData("https://2130706433/v1", "unusual")]
    [InlineData("https://127.1/v1", "unusual")]
    [InlineData("https://0x7f.0.0.1/v1", "unusual")]
    [InlineData("https://017700000001/v1", "unusual")]
    [InlineData("https://①②⑦.⓪.⓪.①/v1", "ASCII")]
    [InlineData("https://127。0。0。1/v1", "ASCII")]
    [InlineData("https://user:pw@api.example.com/v1", "user name")]
    [InlineData("https://api.example.com/v1?x=1", "query")]
    [InlineData("https://api.example.com/v1#x", "fragment")]
    [InlineData("https://api.example.com\\\\@evil", "backslash")]
    [InlineData("ftp://api.example.com", "http")]
    [InlineData("file:///etc/passwd", "http")]
    [InlineData("//api.example.com", "http")]
    [InlineData("api.example.com", "http")]
    [InlineData("http://api.example.com/v1", "in the clear")]
    public async Task A_base_url_that_leads_astray_is_refused(string baseUrl, string says)
    {
        var reply = await server.SendAsync("POST", "/api/v1/upstreams", $$"""{"name":"astray","kind":"openai","baseUrl":"{{baseUrl}}","apiKey":"sk-x","models":["m"]}""");
        reply.Status.ShouldBe(HttpStatusCode.BadRequest, reply.Text);
        reply.Fields.ShouldContain("baseUrl");
        reply.Json.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("message").GetString()!).ShouldContain(m => m.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:11434/v1", true)]
    [InlineData("http://169.254.169.254/latest", false)]
    public async Task The_operators_word_lifts_private_addresses_and_never_metadata(string baseUrl, bool allowed)
    {
        var reply = await server.SendAsync("POST", "/api/v1/upstreams", $$"""{"name":"local{{allowed}}","kind":"openai","baseUrl":"{{baseUrl}}","models":["*"],"allowPrivateAddress":true}""");
        reply.Status.ShouldBe(allowed ? HttpStatusCode.Created : HttpStatusCode.BadRequest, reply.Text);
    }

    [Theory]
    [InlineData("""{"kind":"openai"}""", "name", "baseUrl", "models")]
    [InlineData("""{"name":"a b","kind":"sandbox","models":["*"]}""", "name")]
    [InlineData("""{"name":"a","kind":"other","models":["*"]}""", "kind")]
    [InlineData("""{"name":"a","kind":"sandbox","models":[]}""", "models")]
    [InlineData("""{"name":"a","kind":"sandbox","models":["a=b=c"]}""", "models[0]")]
    [InlineData("""{"name":"a","kind":"sandbox","models":["*"],"baseUrl":"https://x.example"}""", "baseUrl")]
    [InlineData("""{"name":"a","kind":"sandbox","models":["*"],"weight":0}""", "weight")]
    [InlineData("""{"name":"a","kind":"sandbox","models":["*"],"priority":-1}""", "priority")]
    [InlineData("""{"name":"a","kind":"sandbox","models":["*"],"connectTimeoutMs":99}""", "connectTimeoutMs")]
    [InlineData("""{"name":"a","kind":"sandbox","models":["*"],"allowPrivateAddress":"yes"}""", "allowPrivateAddress")]
    [InlineData("""{"name":"a","kind":"openai","baseUrl":"https://x.example","models":["*"],"apiKey":"a\u00e9"}""", "apiKey")]
    public async Task A_wrong_member_is_refused_by_name(string body, params string[] fields)
    {
        var reply = await server.SendAsync("POST", "/api/v1/upstreams", body);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        fields.Except(reply.Fields).ShouldBeEmpty();
    }
}
