using System.Text.Json;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>An upstream is tried out over the same way out as calls, and every failure is found at its step.</summary>
public sealed class UpstreamTestTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    private const string Secret = "sk-canary-tried-out-77ab";
    private static readonly string[] Steps = ["resolve", "connect", "tls", "authenticate"];
    private const string Models = """{"object":"list","data":[{"id":"b"},{"id":"a"},{"id":"a"},{"no":"id"},{"id":7}]}""";

    [Fact]
    public async Task A_working_upstream_passes_and_names_its_models_and_the_key_is_shown_nowhere()
    {
        bed.Watch(Secret);
        var asked = bed.Upstream.RequestCount;
        bed.Upstream.Enqueue(FakeReply.Json(200, Models), FakeReply.Chat("p"));
        var answer = await TestAsync($$"""{"kind":"openai","baseUrl":"{{bed.Upstream.BaseUrl}}","apiKey":"{{Secret}}","allowPrivateAddress":true,"completionModel":"a"}""");
        answer.GetProperty("passed").GetBoolean().ShouldBeTrue(answer.GetRawText());
        Of(answer, "name").ShouldBe([.. Steps, "completion"]);
        answer.GetProperty("models").EnumerateArray().Select(m => m.GetString()).ShouldBe(["a", "b"]);
        var sent = bed.Upstream.Requests.Skip(asked).ToList();
        sent.Select(r => $"{r.Method} {r.Target}").ShouldBe(["GET /v1/models", "POST /v1/chat/completions"]);
        sent.ShouldAllBe(r => r.Header("Authorization") == "Bearer " + Secret);
        sent[1].Json.GetProperty("max_tokens").GetInt32().ShouldBe(1);
        answer.GetRawText().ShouldNotContain(Secret);
        var audit = (await bed.Server.ManageAsync(HttpMethod.Get, "/api/v1/audit?limit=100")).GetRawText();
        audit.ShouldContain("upstream.test");
        audit.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task One_that_is_there_is_tried_with_the_credential_that_calls_use()
    {
        var made = await bed.Server.ManageAsync(HttpMethod.Post, "/api/v1/upstreams", $$"""{"name":"stored","kind":"openai","baseUrl":"{{bed.Upstream.BaseUrl}}","apiKey":"{{GatewayBed.UpstreamKey}}","allowPrivateAddress":true,"models":["stored"],"enabled":false}""");
        foreach (var id in new[] { made.GetProperty("id").GetString()!, "cfg_patient" })
        {
            bed.Upstream.Enqueue(FakeReply.Json(200, Models));
            (await bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/upstreams/{id}/test")).GetProperty("passed").GetBoolean().ShouldBeTrue(id);
            bed.Upstream.Requests[^1].Header("Authorization").ShouldBe("Bearer " + GatewayBed.UpstreamKey);
        }
    }

    [Theory]
    [InlineData("https://no-such-host.invalid/v1", "resolve", "upstream_unreachable")]
    [InlineData("https://localhost:1/v1", "resolve", "upstream_address_forbidden")]
    [InlineData("http://127.0.0.1:DEAD/v1", "connect", "upstream_unreachable")]
    [InlineData("https://127.0.0.1:PORT/v1", "tls", "upstream_tls")]
    public async Task Where_it_cannot_be_reached_the_step_says_why_and_the_rest_is_not_reached(string url, string step, string code)
    {
        var text = url.Replace("PORT", bed.Upstream.Port.ToString(), StringComparison.Ordinal).Replace("DEAD", FreePort.Next().ToString(), StringComparison.Ordinal);
        var answer = await TestAsync($$"""{"kind":"openai","baseUrl":"{{text}}","apiKey":"{{Secret}}","allowPrivateAddress":{{(url.Contains("127", StringComparison.Ordinal) ? "true" : "false")}}}""");
        ShouldFailAt(answer, step, code);
    }

    [Theory]
    [InlineData(401, "upstream_auth")]
    [InlineData(402, "upstream_balance")]
    [InlineData(404, "upstream_protocol_error")]
    [InlineData(302, "upstream_redirect")]
    [InlineData(500, "upstream_error")]
    public async Task What_it_says_to_the_credential_is_told(int status, string code)
    {
        bed.Upstream.Enqueue(FakeReply.Error(status, message: $"You sent {Secret}."));
        var answer = await TestAsync($$"""{"kind":"openai","baseUrl":"{{bed.Upstream.BaseUrl}}","apiKey":"{{Secret}}","allowPrivateAddress":true}""");
        ShouldFailAt(answer, "authenticate", code);
        answer.GetRawText().ShouldNotContain(Secret);
    }

    [Fact]
    public async Task A_page_instead_of_a_list_is_no_success()
    {
        bed.Upstream.Enqueue(FakeReply.Body(200, "text/html", "<html>"u8.ToArray()));
        ShouldFailAt(await TestAsync($$"""{"kind":"openai","baseUrl":"{{bed.Upstream.BaseUrl}}","allowPrivateAddress":true}"""), "authenticate", "upstream_protocol_error");
    }

    [Fact]
    public async Task A_forbidden_address_that_is_written_out_is_refused_before_anything_is_tried()
    {
        foreach (var url in new[] { "http://169.254.169.254/v1", "https://127.0.0.1/v1" })
        {
            using var answer = await bed.Server.Management.PostAsync(new Uri("/api/v1/upstreams/test", UriKind.Relative), SluiceServer.Json($$"""{"kind":"openai","baseUrl":"{{url}}"}"""), TestContext.Current.CancellationToken);
            ((int)answer.StatusCode).ShouldBe(400, url);
        }
    }

    [Fact]
    public async Task The_sandbox_passes_without_a_network()
    {
        var answer = await TestAsync("""{"kind":"sandbox"}""");
        answer.GetProperty("passed").GetBoolean().ShouldBeTrue();
        answer.GetProperty("models").EnumerateArray().Select(m => m.GetString()).ShouldContain("deepseek-chat");
    }

    private static void ShouldFailAt(JsonElement answer, string step, string code)
    {
        answer.GetProperty("passed").GetBoolean().ShouldBeFalse();
        var at = Steps.IndexOf(step);
        Of(answer, "name").ShouldBe(Steps);
        Of(answer, "verdict").ShouldBe([.. Enumerable.Repeat("pass", at), "fail", .. Enumerable.Repeat("notReached", Steps.Length - at - 1)], answer.GetRawText());
        var failed = answer.GetProperty("steps")[at];
        failed.GetProperty("code").GetString().ShouldBe(code);
        failed.GetProperty("remedy").GetString().ShouldNotBeNullOrEmpty();
        failed.GetProperty("action").GetProperty("kind").GetString().ShouldNotBeNullOrEmpty();
    }

    private Task<JsonElement> TestAsync(string body) => bed.Server.ManageAsync(HttpMethod.Post, "/api/v1/upstreams/test", body);

    private static IEnumerable<string?> Of(JsonElement answer, string member) => answer.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty(member).GetString());
}
