using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Sluice.Server.Tests.Management;

public class HttpTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_method_that_a_path_does_not_have_is_told_which_it_has()
    {
        var reply = await server.SendAsync("PUT", "/api/v1/keys");
        reply.Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        reply.Headers["allow"].ShouldBe("GET, POST");
        reply.MediaType.ShouldBe("application/problem+json");
        reply.Code.ShouldBe("method_not_allowed");
    }

    [Fact]
    public async Task A_path_that_does_not_exist_is_a_problem_with_a_code()
    {
        var reply = await server.SendAsync("GET", "/api/v2/keys");
        reply.Status.ShouldBe(HttpStatusCode.NotFound);
        reply.Code.ShouldBe("not_found");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData(null)]
    public async Task A_body_that_does_not_call_itself_json_is_refused(string? type)
    {
        var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        var reply = await server.SendAsync("POST", "/api/v1/keys", content: content);
        reply.Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        reply.Code.ShouldBe("unsupported_media_type");
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        var content = new StringContent("{}", Encoding.UTF8, "application/json");
        content.Headers.ContentEncoding.Add("gzip");
        (await server.SendAsync("POST", "/api/v1/keys", content: content)).Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_above_a_mebibyte_is_refused(bool declared)
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{"name":"{{new string('n', 1024 * 1024)}}","kind":"test"}""");
        HttpContent content = declared ? new ByteArrayContent(bytes) : new StreamContent(new Unseekable(bytes));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var reply = await server.SendAsync("POST", "/api/v1/keys", content: content);
        reply.Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        reply.Code.ShouldBe("request_too_large");
    }

    [Fact]
    public async Task A_body_of_almost_a_mebibyte_is_read()
    {
        var reply = await server.SendAsync("POST", "/api/v1/keys", $$"""{"name":"{{new string('n', 1024 * 1024 - 100)}}","kind":"test"}""");
        reply.Fields.ShouldBe(["name"]);
    }

    [Theory]
    [InlineData("", "invalid_json")]
    [InlineData("[]", "invalid_type")]
    [InlineData("{\"name\":", "invalid_json")]
    [InlineData("{\"a\":1,\"a\":1}", "duplicate_member")]
    public async Task A_body_that_is_no_object_is_refused(string body, string code)
    {
        var reply = await server.SendAsync("POST", "/api/v1/keys", body);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_body_where_none_is_read_may_be_an_empty_object_only()
    {
        var id = (await server.CreateKeyAsync()).Id;
        (await server.SendAsync("POST", $"/api/v1/keys/{id}/disable", "{}")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("POST", $"/api/v1/keys/{id}/disable", """{"force":true}""")).Fields.ShouldBe(["force"]);
    }

    [Fact]
    public async Task Every_answer_carries_a_request_id_of_its_own()
    {
        var first = await server.SendAsync("GET", "/api/v1/whoami");
        var second = await server.SendAsync("GET", "/api/v1/whoami", token: "");
        first.Headers["x-request-id"].ShouldStartWith("req_");
        second.Headers["x-request-id"].ShouldNotBe(first.Headers["x-request-id"]);
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
