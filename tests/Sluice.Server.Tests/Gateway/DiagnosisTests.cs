using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>What is said about a call that was not made is what the gateway would do with it.</summary>
public sealed class DiagnosisTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    private static readonly string[] Steps = ["resolve", "connect", "tls", "key", "network", "signature", "permission", "limits", "route", "upstream", "firstToken"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_that_would_pass_passes_every_step_without_being_made_or_counted()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"passes","kind":"production","limits":{"callsPerDay":1,"requestsPerMinute":1,"tokensPerMinute":500,"concurrency":1}}""");
        var (asked, connections) = (bed.Upstream.RequestCount, bed.Upstream.ConnectionCount);
        for (var i = 0; i < 3; i++)
        {
            var answer = await DiagnoseAsync(id, "\"address\":\"203.0.113.7\"");
            answer.GetProperty("passed").GetBoolean().ShouldBeTrue(answer.GetRawText());
            answer.GetProperty("cause").ValueKind.ShouldBe(JsonValueKind.Null);
            Names(answer).ShouldBe(Steps);
            Verdicts(answer).ShouldBe([.. Enumerable.Repeat("pass", 9), "notReached", "notReached"]);
            Step(answer, "limits").GetProperty("detail").GetString()!.ShouldContain("1 of 1 calls today");
            var candidate = answer.GetProperty("candidates").EnumerateArray().First();
            candidate.GetProperty("upstream").GetString().ShouldBe("patient");
            candidate.GetProperty("chosen").GetBoolean().ShouldBeTrue();
        }

        (bed.Upstream.RequestCount, bed.Upstream.ConnectionCount).ShouldBe((asked, connections));
        (await bed.CallsTodayAsync(id)).ShouldBe(0);
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("revoked", "key", "revoked_api_key", "createKey")]
    [InlineData("disabled", "key", "disabled_api_key", "enableKey")]
    [InlineData("expired", "key", "expired_api_key", "extendKey")]
    [InlineData("secrets", "key", "expired_api_key", "extendKey")]
    [InlineData("network", "network", "ip_not_allowed", "addAddress")]
    [InlineData("model", "permission", "missing_permission", "askPermission")]
    [InlineData("route", "permission", "missing_permission", "askPermission")]
    [InlineData("role", "permission", "missing_permission", "askPermission")]
    [InlineData("removed", "permission", "missing_permission", "askPermission")]
    [InlineData("day", "limits", "insufficient_quota", "raiseLimit")]
    [InlineData("minute", "limits", "rate_limit_exceeded", "retryLater")]
    [InlineData("none", "limits", "rate_limit_exceeded", "raiseLimit")]
    [InlineData("unserved", "route", "model_not_found", "chooseModel")]
    public async Task What_would_refuse_a_call_is_named_with_the_code_it_would_get_and_what_to_do(string cause, string step, string code, string action)
    {
        var (key, id) = await bed.NewKeyAsync($$"""
            {"name":"{{cause}}","kind":"production",
             "scope":{{(cause == "model" ? """{"models":["alias"]}""" : cause == "route" ? """{"routes":["POST /v1/embeddings"]}""" : "{}")}},
             "allowedNetworks":{{(cause == "network" ? """["203.0.113.0/24"]""" : "[]")}},
             "limits":{{(cause == "day" ? """{"callsPerDay":1}""" : cause == "minute" ? """{"requestsPerMinute":1}""" : cause == "none" ? """{"concurrency":0}""" : "{}")}}}
            """);
        await ArrangeAsync(cause, id, key);
        var model = cause == "unserved" ? "nobody-has-it" : "m";
        var answer = await DiagnoseAsync(id, "\"address\":\"127.0.0.1\"", model);

        answer.GetProperty("passed").GetBoolean().ShouldBeFalse();
        answer.GetProperty("cause").GetString().ShouldBe(step);
        var at = Steps.IndexOf(step);
        Verdicts(answer).ShouldBe([.. Enumerable.Repeat("pass", at), "fail", .. Enumerable.Repeat("notReached", Steps.Length - at - 1)]);
        var failed = Step(answer, step);
        failed.GetProperty("code").GetString().ShouldBe(code);
        failed.GetProperty("remedy").GetString().ShouldNotBeNullOrEmpty();
        failed.GetProperty("action").GetProperty("kind").GetString().ShouldBe(action);
        if (action != "chooseModel")
            failed.GetProperty("action").GetProperty("target").GetString().ShouldBe(id);
        (failed.GetProperty("retryAt").ValueKind == JsonValueKind.String).ShouldBe(cause is "day" or "minute");
        if (step == "permission")
            failed.GetProperty("detail").GetString()!.ShouldContain("'api.call'");

        // The gateway's own answer to the same call, in the same words but for the seconds that pass.
        var real = await bed.ChatAsync(key: key, model: model);
        real.ErrorCode.ShouldBe(code);
        if (cause is not ("day" or "minute"))
            failed.GetProperty("detail").GetString().ShouldBe(real.Error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Where_an_allow_list_is_and_no_address_is_named_the_list_is_not_judged_and_does_not_stop()
    {
        var (_, id) = await bed.NewKeyAsync("""{"name":"somewhere","kind":"production","allowedNetworks":["203.0.113.0/24"]}""");
        var answer = await DiagnoseAsync(id);
        Step(answer, "network").GetProperty("verdict").GetString().ShouldBe("notReached");
        Step(answer, "route").GetProperty("verdict").GetString().ShouldBe("pass");
        Step(await DiagnoseAsync(id, "\"address\":\"203.0.113.9\""), "network").GetProperty("verdict").GetString().ShouldBe("pass");
    }

    [Fact]
    public async Task A_real_call_is_counted_and_recorded_as_the_keys_and_leaves_no_secret_that_works()
    {
        var (_, id) = await bed.NewKeyAsync("""{"name":"real","kind":"production","limits":{"callsPerDay":5}}""");
        var answer = await DiagnoseAsync(id, "\"address\":\"203.0.113.7\",\"callUpstream\":true");
        Verdicts(answer).ShouldAllBe(v => v == "pass", answer.GetRawText());
        var record = await bed.RecordAsync(answer.GetProperty("callRequestId").GetString()!);
        (record.KeyId, record.Status, record.ClientIp, record.ErrorCode).ShouldBe((id, 200, "203.0.113.7", null));
        (await bed.CallsTodayAsync(id)).ShouldBe(1);
        var sent = bed.Upstream.Requests[^1];
        sent.Header("Authorization").ShouldBe("Bearer " + GatewayBed.UpstreamKey);
        sent.Json.GetProperty("max_tokens").GetInt32().ShouldBe(1);
        (await bed.Server.ManageAsync(HttpMethod.Get, $"/api/v1/keys/{id}")).GetProperty("credentials").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task An_upstream_that_refuses_the_operator_shows_at_the_first_token()
    {
        bed.Upstream.Enqueue(FakeReply.Error(401));
        var answer = await DiagnoseAsync(bed.KeyId, "\"callUpstream\":true");
        answer.GetProperty("cause").GetString().ShouldBe("firstToken");
        Step(answer, "firstToken").GetProperty("code").GetString().ShouldBe("upstream_auth");
        Step(answer, "firstToken").GetProperty("action").GetProperty("kind").GetString().ShouldBe("openUpstream");
        Step(answer, "firstToken").GetProperty("action").GetProperty("target").GetString().ShouldBe("cfg_patient");
    }

    [Fact]
    public async Task An_upstream_that_cannot_be_connected_to_is_named_before_any_call_is_made()
    {
        var port = FreePort.Next();
        var upstream = await bed.Server.ManageAsync(HttpMethod.Post, "/api/v1/upstreams", $$"""{"name":"dead{{port}}","kind":"openai","baseUrl":"http://127.0.0.1:{{port}}/v1","allowPrivateAddress":true,"models":["dead{{port}}"]}""");
        var answer = await DiagnoseAsync(bed.KeyId, "\"callUpstream\":true", "dead" + port);
        answer.GetProperty("cause").GetString().ShouldBe("upstream");
        var failed = Step(answer, "upstream");
        failed.GetProperty("code").GetString().ShouldBe("upstream_unreachable");
        failed.GetProperty("action").GetProperty("target").GetString().ShouldBe(upstream.GetProperty("id").GetString());
        failed.GetProperty("detail").GetString()!.ShouldNotContain("127.0.0.1");
        Step(answer, "firstToken").GetProperty("verdict").GetString().ShouldBe("notReached");
        answer.GetProperty("callRequestId").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_key_that_signs_and_an_endpoint_that_costs_more_are_not_called()
    {
        var (_, id) = await bed.NewKeyAsync("""{"name":"signs","kind":"production"}""");
        await bed.Server.SetSigningAsync(id, "secret");
        var asked = bed.Upstream.RequestCount;
        Step(await DiagnoseAsync(id, "\"callUpstream\":true"), "firstToken").GetProperty("verdict").GetString().ShouldBe("notReached");
        Step(await DiagnoseAsync(bed.KeyId, "\"callUpstream\":true,\"route\":\"POST /v1/images/generations\""), "firstToken").GetProperty("verdict").GetString().ShouldBe("notReached");
        bed.Upstream.RequestCount.ShouldBe(asked);
    }

    [Fact]
    public async Task Upstreams_that_are_not_asked_first_say_why()
    {
        var model = "shared" + FreePort.Next();
        foreach (var (name, more) in new[] { ("a", "\"priority\":1,\"weight\":3"), ("b", "\"priority\":1"), ("c", "\"priority\":2"), ("d", "\"priority\":1,\"enabled\":false") })
            await bed.Server.ManageAsync(HttpMethod.Post, "/api/v1/upstreams", $$"""{"name":"{{name}}{{model}}","kind":"openai","baseUrl":"{{bed.Upstream.BaseUrl}}","allowPrivateAddress":true,"models":["{{model}}"],{{more}}}""");
        var candidates = (await DiagnoseAsync(bed.KeyId, model: model)).GetProperty("candidates").EnumerateArray().ToDictionary(c => c.GetProperty("upstream").GetString()!);
        Reason("a").ShouldBe((true, "It is asked first in 3 of 4 calls."));
        Reason("b").ShouldBe((true, "It is asked first in 1 of 4 calls."));
        Reason("c").ShouldBe((false, "It is asked where none of priority 1 can be reached."));
        Reason("d").ShouldBe((false, "It is switched off."));

        (bool, string) Reason(string name) => (candidates[name + model].GetProperty("chosen").GetBoolean(), candidates[name + model].GetProperty("reason").GetString()!);
    }

    [Theory]
    [InlineData("", "text/event-stream")]
    [InlineData("?stream=true", "application/json")]
    public async Task The_steps_come_one_by_one_where_events_are_asked_for(string query, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/diagnoses" + query) { Content = SluiceServer.Json($$"""{"keyId":"{{bed.KeyId}}","model":"m"}""") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        using var response = await bed.Server.Management.SendAsync(request, Token);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        response.Content.Headers.ContentDisposition.ShouldBeNull();
        var blocks = (await response.Content.ReadAsStringAsync(Token)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(b => b.Split('\n')).ToList();
        blocks.Select(b => b[0]).ShouldBe([.. Steps.Select(_ => "event: step"), "event: done"]);
        var steps = blocks.Select(b => JsonSerializer.Deserialize<JsonElement>(b[1]["data: ".Length..])).ToList();
        steps.Take(Steps.Length).Select(s => s.GetProperty("name").GetString()).ShouldBe(Steps);
        steps[^1].GetProperty("passed").GetBoolean().ShouldBeTrue();
        Names(steps[^1]).ShouldBe(Steps);
    }

    [Fact]
    public async Task A_refused_call_is_explained_and_would_pass_once_its_cause_is_gone()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"elsewhere","kind":"production","allowedNetworks":["203.0.113.0/24"]}""");
        var refused = (await bed.ChatAsync(key: key)).ShouldBeRefused(403, "ip_not_allowed");
        await bed.RecordAsync(refused);
        var before = await ExplainAsync(refused.RequestId);
        before.GetProperty("stopped").GetBoolean().ShouldBeTrue();
        before.GetProperty("stage").GetString().ShouldBe("CheckNetwork");
        before.GetProperty("code").GetString().ShouldBe("ip_not_allowed");
        before.GetProperty("cause").GetString().ShouldNotBeNullOrEmpty();
        before.GetProperty("remedy").GetString().ShouldNotBeNullOrEmpty();
        before.GetProperty("action").GetProperty("kind").GetString().ShouldBe("addAddress");
        before.GetProperty("action").GetProperty("target").GetString().ShouldBe(id);
        before.GetProperty("action").GetProperty("value").GetString().ShouldBe("127.0.0.1");
        before.GetProperty("wouldPassNow").GetBoolean().ShouldBeFalse();
        before.GetProperty("now").GetProperty("cause").GetString().ShouldBe("network");
        Names(before.GetProperty("now")).ShouldBe(Steps.Skip(3));
        (await bed.Server.ManageAsync(HttpMethod.Post, "/api/v1/diagnoses", $$"""{"requestId":"{{refused.RequestId}}"}""")).GetProperty("cause").GetString().ShouldBe("network");

        await bed.Server.ManageAsync(HttpMethod.Patch, "/api/v1/keys/" + id, """{"allowedNetworks":["127.0.0.0/8"]}""");
        var asked = bed.Upstream.RequestCount;
        var after = await ExplainAsync(refused.RequestId);
        after.GetProperty("code").GetString().ShouldBe("ip_not_allowed");
        // Its body was never read: with which model it would have gone on, nobody knows.
        after.GetProperty("wouldPassNow").ValueKind.ShouldBe(JsonValueKind.Null);
        Verdicts(after.GetProperty("now")).ShouldBe(["pass", "pass", "pass", "notReached", "pass", "notReached", "notReached", "notReached"]);
        bed.Upstream.RequestCount.ShouldBe(asked);
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_call_that_a_limit_refused_would_pass_once_the_limit_is_raised()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"small","kind":"production","limits":{"callsPerDay":0}}""");
        var refused = (await bed.ChatAsync(key: key)).ShouldBeRefused(429, "insufficient_quota");
        await bed.RecordAsync(refused);
        var before = await ExplainAsync(refused.RequestId);
        before.GetProperty("stage").GetString().ShouldBe("TakeLimits");
        before.GetProperty("action").GetProperty("kind").GetString().ShouldBe("raiseLimit");
        before.GetProperty("action").GetProperty("value").GetString().ShouldBe("callsPerDay");
        before.GetProperty("wouldPassNow").GetBoolean().ShouldBeFalse();
        await bed.Server.ManageAsync(HttpMethod.Patch, "/api/v1/keys/" + id, """{"limits":{"callsPerDay":1}}""");
        (await ExplainAsync(refused.RequestId)).GetProperty("wouldPassNow").GetBoolean().ShouldBeTrue();
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task An_answered_call_and_one_of_an_upstreams_own_code_are_explained_too()
    {
        var good = await bed.ChatAsync();
        await bed.RecordAsync(good);
        var answered = await ExplainAsync(good.RequestId);
        answered.GetProperty("stopped").GetBoolean().ShouldBeFalse();
        answered.GetProperty("action").ValueKind.ShouldBe(JsonValueKind.Null);
        answered.GetProperty("wouldPassNow").GetBoolean().ShouldBeTrue();

        bed.Upstream.Enqueue(FakeReply.Error(400, "odd_code"));
        var odd = await bed.ChatAsync();
        await bed.RecordAsync(odd);
        var explained = await ExplainAsync(odd.RequestId);
        explained.GetProperty("code").GetString().ShouldBe("odd_code");
        explained.GetProperty("cause").GetString()!.ShouldContain("'patient'");
        explained.GetProperty("action").GetProperty("kind").GetString().ShouldBe("correctRequest");
    }

    [Fact]
    public async Task A_finished_call_is_found_by_its_id_without_anybody_emptying_the_journal()
    {
        var id = (await bed.ChatAsync()).RequestId;
        for (var i = 0; ; i++)
        {
            using var found = await bed.Server.Management.GetAsync(new Uri("/api/v1/requests/" + id, UriKind.Relative), Token);
            if (found.IsSuccessStatusCode)
                break;
            (i < 500).ShouldBeTrue("never found");
            await Task.Delay(20, Token);
        }
    }

    [Theory]
    [InlineData("{}", "keyId")]
    [InlineData("""{"keyId":"key_x","requestId":"req_x"}""", "keyId")]
    [InlineData("""{"keyId":"key_x","model":"m","address":"010.1"}""", "address")]
    [InlineData("""{"keyId":"key_x","model":"m","route":"GET /nothing"}""", "route")]
    [InlineData("""{"keyId":"key_x"}""", "model")]
    public async Task What_is_wrong_with_the_question_is_said(string body, string field)
    {
        using var answer = await bed.Server.Management.PostAsync(new Uri("/api/v1/diagnoses", UriKind.Relative), SluiceServer.Json(body), Token);
        ((int)answer.StatusCode).ShouldBe(400);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain($"\"field\":\"{field}\"");
    }

    private async Task ArrangeAsync(string cause, string id, string key)
    {
        switch (cause)
        {
            case "revoked" or "disabled":
                await bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/{(cause == "revoked" ? "revoke" : "disable")}");
                break;
            case "expired":
                await bed.Server.ChangeKeyAsync(id, row => row.ExpiresAtMs = 1);
                break;
            case "secrets":
                await bed.Server.ChangeAsync("key", id, db => db.KeyCredentials.Where(c => c.KeyId == id).ExecuteUpdateAsync(s => s.SetProperty(c => c.ExpiresAtMs, 1), Token));
                break;
            case "role":
                await bed.Server.GiveOwnerAsync(id, "role_billing");
                break;
            case "removed":
                var owner = await bed.Server.GiveOwnerAsync(id, "role_owner");
                await bed.Server.ChangeAsync("owner", owner, async db =>
                {
                    await db.Assignments.Where(a => a.AccountId == owner).ExecuteDeleteAsync(Token);
                    await db.Members.Where(m => m.AccountId == owner).ExecuteDeleteAsync(Token);
                });
                break;
            case "day" or "minute":
                (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
                break;
        }
    }

    private Task<JsonElement> DiagnoseAsync(string keyId, string more = "", string model = "m") =>
        bed.Server.ManageAsync(HttpMethod.Post, "/api/v1/diagnoses", $$"""{"keyId":"{{keyId}}","model":"{{model}}"{{(more.Length > 0 ? "," + more : "")}}}""");

    private Task<JsonElement> ExplainAsync(string requestId) => bed.Server.ManageAsync(HttpMethod.Get, $"/api/v1/requests/{requestId}/explanation");

    private static JsonElement Step(JsonElement answer, string name) => answer.GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("name").GetString() == name);

    private static IEnumerable<string?> Names(JsonElement answer) => answer.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("name").GetString());

    private static IEnumerable<string?> Verdicts(JsonElement answer) => answer.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("verdict").GetString());
}
