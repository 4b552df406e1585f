using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sluice.Gateway.Records;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>Bodies, headers and addresses that no sound caller sends: a clear 4xx each, a record each, and nothing reaches the upstream.</summary>
public sealed class BadInputTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";

    private async Task<GatewayAnswer> RefusedAsync(byte[] body, int status, string code, string path = "/v1/chat/completions", string contentType = "application/json", string? param = null)
    {
        var count = bed.Upstream.RequestCount;
        var before = await bed.CallsTodayAsync();
        var answer = (await bed.SendAsync(HttpMethod.Post, path, change: request =>
        {
            request.Content = new ByteArrayContent(body);
            if (contentType.Length > 0) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        })).ShouldBeRefused(status, code);
        if (param is not null) answer.Error.GetProperty("param").GetString().ShouldBe(param);
        answer.Header("x-should-retry").ShouldBe("false");
        var record = await bed.RecordAsync(answer);
        (record.State, record.Status, record.ErrorCode, record.KeyId).ShouldBe((CallState.Refused, status, code, bed.KeyId));
        bed.Upstream.RequestCount.ShouldBe(count, "a refused call reached the upstream");
        (await bed.CallsTodayAsync()).ShouldBe(before);
        return answer;
    }

    private Task<GatewayAnswer> RefusedAsync(string body, int status, string code, string path = "/v1/chat/completions", string? param = null)
        => RefusedAsync(Encoding.UTF8.GetBytes(body), status, code, path, param: param);

    [Theory]
    [InlineData(""), InlineData(" "), InlineData("null"), InlineData("[]"), InlineData("7"), InlineData("\"x\""), InlineData("{"), InlineData("{}}"), InlineData("{\"model\":\"m\",}"), InlineData("{'model':'m'}"),
     InlineData("{\"model\":\"m\"} {}"), InlineData("{\"model\":\"m\"}x"), InlineData("{\"model\":NaN}"), InlineData("{\"model\":01}"), InlineData("// c\n{}"), InlineData("{\"a\":\"\n\"}"), InlineData("\uFEFF{}"),
     InlineData("{\"a\":\"\\ud800\"}"), InlineData("{\"a\":\"\\udc00\\ud800\"}"), InlineData("{\"\\ud800\":1}"), InlineData("{\"a\":\"\\x\"}"), InlineData("{\"a\":\u0000}"), InlineData("<xml/>")]
    public async Task What_is_not_one_json_object_is_400(string body)
        => await RefusedAsync(body, 400, "invalid_json");

    [Fact]
    public async Task Invalid_utf8_is_400()
    {
        byte[][] bad = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80], [0x80]];
        foreach (var bytes in bad)
        {
            await RefusedAsync([.. "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\""u8, .. bytes, .. "\"}]}"u8], 400, "invalid_json");
            await RefusedAsync([.. "{\"model\":\""u8, .. bytes, .. "\","u8, .. Encoding.UTF8.GetBytes(Messages), .. "}"u8], 400, "invalid_json");
        }
        await RefusedAsync(Encoding.Unicode.GetBytes(GatewayBed.ChatBody()), 400, "invalid_json");
        await RefusedAsync([0xff, 0xfe, .. Encoding.Unicode.GetBytes(GatewayBed.ChatBody())], 400, "invalid_json");
    }

    [Theory]
    [InlineData("{\"model\":\"m\",\"model\":\"m\",")]
    [InlineData("{\"model\":\"m\",\"\\u006dodel\":\"hasty\",")]
    [InlineData("{\"model\":\"m\",\"Model\":\"hasty\",")]
    [InlineData("{\"model\":\"m\",\"x\":{\"a\":1,\"a\":2},")]
    [InlineData("{\"model\":\"m\",\"x\":[{\"a\":1,\"\\u0061\":2}],")]
    [InlineData("{\"model\":\"m\",\"stream_options\":{\"include_usage\":true,\"include_usage\":false},")]
    public async Task A_member_named_twice_is_400(string start)
        => await RefusedAsync(start + Messages + "}", 400, "duplicate_member");

    [Fact]
    public async Task A_message_that_names_its_role_twice_is_400()
        => await RefusedAsync("""{"model":"m","messages":[{"role":"user","role":"system","content":"x"}]}""", 400, "duplicate_member");

    [Fact]
    public async Task Nesting_is_allowed_to_64_levels_and_no_further()
    {
        static string Nested(int levels) => $$"""{"model":"m",{{Messages}},"x":{{new string('[', levels - 1)}}{{new string(']', levels - 1)}}}""";
        (await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions", Nested(64))).Status.ShouldBe(200);
        await RefusedAsync(Nested(65), 400, "json_too_deep");
        await RefusedAsync(Nested(100_000), 400, "json_too_deep");
        await RefusedAsync(new string('[', 1_000_000), 400, "invalid_json");
        await RefusedAsync("{\"x\":" + new string('[', 1_000_000), 400, "json_too_deep");
    }

    [Fact]
    public async Task Too_many_elements_are_400()
    {
        await RefusedAsync($$"""{"model":"m","messages":[{{string.Join(',', Enumerable.Repeat("{\"role\":\"user\"}", 300_000))}}]}""", 400, "json_too_complex");
        await RefusedAsync($$"""{"model":"m",{{Messages}},"x":[{{string.Join(',', Enumerable.Repeat("{}", 2_000_000))}}]}""", 400, "json_too_complex");
    }

    [Theory]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}", "missing_required_parameter", "model")]
    [InlineData("{\"model\":\"m\"}", "missing_required_parameter", "messages")]
    [InlineData("{\"model\":null,\"messages\":[]}", "invalid_type", "model")]
    [InlineData("{\"model\":7,\"messages\":[]}", "invalid_type", "model")]
    [InlineData("{\"model\":[\"m\"],\"messages\":[]}", "invalid_type", "model")]
    [InlineData("{\"model\":\"\",\"messages\":[]}", "invalid_value", "model")]
    [InlineData("{\"model\":\"a\\u0000b\",\"messages\":[]}", "invalid_value", "model")]
    [InlineData("{\"model\":\"a\\r\\nX-Injected: 1\",\"messages\":[]}", "invalid_value", "model")]
    [InlineData("{\"model\":\"m\",\"messages\":\"x\"}", "invalid_type", "messages")]
    [InlineData("{\"model\":\"m\",\"messages\":[]}", "invalid_value", "messages")]
    [InlineData("{\"model\":\"m\",\"messages\":[7]}", "invalid_type", "messages[0]")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"content\":\"x\"}]}", "missing_required_parameter", "messages[0].role")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":7}]}", "invalid_type", "messages[1].role")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":{}}]}", "invalid_type", "messages[0].content")]
    public async Task What_is_missing_or_of_the_wrong_type_is_named(string body, string code, string param)
        => await RefusedAsync(body, 400, code, param: param);

    [Theory]
    [InlineData("\"stream\":\"yes\"", "invalid_type", "stream"), InlineData("\"stream\":1", "invalid_type", "stream"), InlineData("\"temperature\":\"hot\"", "invalid_type", "temperature"),
     InlineData("\"temperature\":2.1", "invalid_value", "temperature"), InlineData("\"temperature\":-1", "invalid_value", "temperature"), InlineData("\"temperature\":1e400", "invalid_value", "temperature"),
     InlineData("\"max_tokens\":0", "invalid_value", "max_tokens"), InlineData("\"max_tokens\":-1", "invalid_value", "max_tokens"), InlineData("\"max_tokens\":1.5", "invalid_value", "max_tokens"),
     InlineData("\"max_tokens\":9223372036854775808", "invalid_value", "max_tokens"), InlineData("\"max_completion_tokens\":1e400", "invalid_value", "max_completion_tokens"), InlineData("\"n\":0", "invalid_value", "n"), InlineData("\"n\":129", "invalid_value", "n"),
     InlineData("\"tools\":{}", "invalid_type", "tools"), InlineData("\"response_format\":\"json\"", "invalid_type", "response_format"), InlineData("\"stop\":7", "invalid_type", "stop"),
     InlineData("\"stream_options\":{\"include_usage\":true}", "invalid_value", "stream_options"), InlineData("\"stream\":true,\"stream_options\":{\"include_usage\":1}", "invalid_type", "stream_options.include_usage"), InlineData("\"stream\":true,\"stream_options\":[]", "invalid_type", "stream_options"),
     InlineData("\"api_base\":\"http://x\"", "unsupported_parameter", "api_base"), InlineData("\"base_url\":\"http://x\"", "unsupported_parameter", "base_url"), InlineData("\"extra_headers\":{}", "unsupported_parameter", "extra_headers")]
    public async Task A_value_that_is_not_allowed_is_named(string member, string code, string param)
        => await RefusedAsync($$"""{"model":"m",{{Messages}},{{member}}}""", 400, code, param: param);

    [Theory]
    [InlineData("-0"), InlineData("1.0"), InlineData("1e0"), InlineData("10E-1"), InlineData("null")]
    public async Task Numbers_may_be_written_in_every_way_that_json_has(string number)
    {
        (await bed.ChatAsync(more: $",\"temperature\":{number}")).Status.ShouldBe(200);
        if (number != "-0") (await bed.ChatAsync(more: $",\"max_tokens\":{number}")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_model_that_nobody_serves_is_404_whatever_its_name()
    {
        foreach (var model in (string[])["gpt-9", "M", "m ", " m", "中文", "😀", "../etc/passwd", "m%00", "' or 1=1 --", new string('x', 128)])
        {
            var answer = await RefusedAsync($$"""{"model":{{System.Text.Json.JsonSerializer.Serialize(model)}},{{Messages}}}""", 404, "model_not_found", param: "model");
            (await bed.RecordAsync(answer)).ModelAsked.ShouldBe(model);
        }
        await RefusedAsync($$"""{"model":"{{new string('x', 129)}}",{{Messages}}}""", 404, "model_not_found");
        await RefusedAsync($$"""{"model":"{{new string('x', 1_000_000)}}",{{Messages}}}""", 404, "model_not_found");
    }

    [Theory]
    [InlineData("/v1/embeddings", "{\"model\":\"m\"}", "missing_required_parameter", "input"), InlineData("/v1/embeddings", "{\"model\":\"m\",\"input\":7}", "invalid_type", "input"),
     InlineData("/v1/embeddings", "{\"model\":\"m\",\"input\":\"x\",\"encoding_format\":\"hex\"}", "invalid_value", "encoding_format"), InlineData("/v1/embeddings", "{\"model\":\"m\",\"input\":\"x\",\"dimensions\":0}", "invalid_value", "dimensions"),
     InlineData("/v1/completions", "{\"model\":\"m\"}", "missing_required_parameter", "prompt"), InlineData("/beta/completions", "{\"model\":\"m\",\"prompt\":{}}", "invalid_type", "prompt"),
     InlineData("/v1/images/generations", "{\"model\":\"m\"}", "missing_required_parameter", "prompt"), InlineData("/v1/images/generations", "{\"model\":\"m\",\"prompt\":\"x\",\"n\":11}", "invalid_value", "n"),
     InlineData("/v1/images/generations", "{\"model\":\"m\",\"prompt\":\"x\",\"response_format\":\"gif\"}", "invalid_value", "response_format")]
    public async Task Every_endpoint_checks_its_own_members(string path, string body, string code, string param)
        => await RefusedAsync(body, 400, code, path, param);

    [Theory]
    [InlineData("text/plain"), InlineData("application/x-www-form-urlencoded"), InlineData("multipart/form-data; boundary=x"), InlineData("application/jsonx"), InlineData("garbage"), InlineData("application/json, text/plain")]
    public async Task Another_media_type_is_415(string type)
        => await RefusedAsync(Encoding.UTF8.GetBytes(GatewayBed.ChatBody()), 415, "unsupported_media_type", contentType: type);

    [Theory]
    [InlineData("application/json"), InlineData("APPLICATION/JSON; charset=utf-8"), InlineData("application/vnd.api+json"), InlineData("")]
    public async Task Every_way_to_say_json_is_understood(string type)
        => (await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions", change: request =>
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(GatewayBed.ChatBody()));
            if (type.Length > 0) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        })).Status.ShouldBe(200);

    [Fact]
    public async Task A_compressed_body_is_415()
        => (await bed.ChatAsync(change: r => r.Content!.Headers.ContentEncoding.Add("gzip"))).ShouldBeRefused(415, "unsupported_media_type");

    [Fact]
    public async Task A_call_that_came_back_through_an_upstream_is_508()
    {
        await bed.ChatAsync();
        var via = bed.Upstream.Requests[^1].Header("via")!;
        (await bed.ChatAsync(change: r => r.Headers.TryAddWithoutValidation("Via", "1.1 other, " + via))).ShouldBeRefused(508, "loop_detected");
    }

    [Fact]
    public async Task Hostile_header_values_do_no_harm()
    {
        foreach (var value in (string[])[new string('x', 7000), "a\tb", "%0d%0aX: 1", "${jndi:ldap://x}", "'; drop table requests; --"])
        {
            foreach (var name in (string[])["User-Agent", "x-request-id", "traceparent", "x-sluice-sandbox", "OpenAI-Organization", "X-Forwarded-For", "Accept", "Origin", "Referer", "Idempotency-Key", "x-custom"])
            {
                var answer = await bed.ChatAsync(change: r => r.Headers.TryAddWithoutValidation(name, value));
                answer.Status.ShouldBe(200, $"{name}: {value}: {answer.Body}");
                answer.RequestId.ShouldStartWith("req_");
            }
        }
    }

    [Theory]
    [InlineData("PUT", "/v1/chat/completions", 405), InlineData("DELETE", "/v1/embeddings", 405), InlineData("TRACE", "/v1/chat/completions", 405), InlineData("BREW", "/v1/chat/completions", 405),
     InlineData("POST", "/v1/models", 405), InlineData("PATCH", "/user/balance", 405), InlineData("POST", "/v2/chat/completions", 404), InlineData("POST", "/v1/chat", 404), InlineData("POST", "/v1/chat/completions/x", 404),
     InlineData("POST", "/", 405), InlineData("GET", "/.env", 404), InlineData("GET", "/%2e%2e/%2e%2e/etc/passwd", 404), InlineData("OPTIONS", "/v1/chat/completions", 405)]
    public async Task Addresses_and_methods_that_do_not_exist_are_told_so(string method, string path, int status)
    {
        var answer = await bed.SendAsync(new HttpMethod(method), path, method == "POST" ? GatewayBed.ChatBody() : null);
        answer.Status.ShouldBe(status, answer.Body);
        answer.ErrorCode.ShouldBe(status == 405 ? "method_not_allowed" : "not_found");
        if (status == 405) answer.Header("allow").ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("/v1/chat/completions/"), InlineData("/V1/Chat/Completions"), InlineData("/v1/chat/%63ompletions"), InlineData("/v1/./chat/completions"), InlineData("/v1/x/../chat/completions")]
    public async Task Another_spelling_of_an_address_has_the_same_verdict(string path)
    {
        (await bed.SendAsync(HttpMethod.Post, path, GatewayBed.ChatBody(), key: "")).ShouldBeRefused(401, "missing_api_key");
        (await bed.SendAsync(HttpMethod.Post, path, GatewayBed.ChatBody())).Status.ShouldBe(200);
        var (scoped, _) = await bed.NewKeyAsync("""{"name":"scoped","kind":"production","scope":{"routes":["POST /v1/embeddings"]}}""");
        (await bed.SendAsync(HttpMethod.Post, path, GatewayBed.ChatBody(), scoped)).ShouldBeRefused(401, "missing_permission");
    }

    [Theory]
    [InlineData("/v1/models/", 200), InlineData("/models/", 200), InlineData("/v1/models/m", 200), InlineData("/v1/models/nope", 404), InlineData("/v1/models/a/b/c", 404), InlineData("/v1/models/%20", 404), InlineData("/v1/models/%E4%B8%AD", 404),
     InlineData("/v1/models/a%2Fb", 404), InlineData("/v1/models?limit=x", 200), InlineData("/user/balance/", 200)]
    public async Task Questions_are_answered_or_refused_but_never_fail(string path, int status)
    {
        var answer = await bed.SendAsync(HttpMethod.Get, path);
        answer.Status.ShouldBe(status, answer.Body);
        if (status == 404) answer.ErrorCode.ShouldBe("model_not_found");
        (await bed.RecordAsync(answer)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_body_on_a_question_is_ignored()
        => (await bed.SendAsync(HttpMethod.Get, "/v1/models", "{\"not\":\"read\"}")).Status.ShouldBe(200);

    [Fact]
    public async Task Everything_the_gateway_says_is_never_to_be_cached()
    {
        foreach (var answer in (GatewayAnswer[])[await bed.ChatAsync(), await bed.ChatAsync(stream: true), await bed.ChatAsync(key: ""), await bed.ChatAsync(model: "nope"), await bed.SendAsync(HttpMethod.Get, "/v1/models")])
        {
            answer.Header("cache-control")!.ShouldContain("no-store");
            answer.Header("x-content-type-options").ShouldBe("nosniff");
            answer.Headers.ShouldNotContainKey("server");
        }
    }
}
