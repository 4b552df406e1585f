using System.Globalization;
using System.Net;
using System.Text;
using Sluice.Gateway.Records;
using Sluice.Server.Tests.Gateway;
using Sluice.Testing;

namespace Sluice.Server.Tests.Faults;

/// <summary>Upstreams that answer something else than they were asked for.</summary>
public sealed class WrongAnswerTests(WrongAnswerTests.Bed bed) : IClassFixture<WrongAnswerTests.Bed>
{
    private async Task<GatewayAnswer> RefusedAsync(bool stream, FakeReply reply, int status, string code)
    {
        var before = await bed.CallsTodayAsync();
        var count = bed.Upstream.RequestCount;
        bed.Upstream.Enqueue(reply);
        var answer = (await bed.ChatAsync(stream)).ShouldBeRefused(status, code);
        var record = await bed.RecordAsync(answer);
        (record.State, record.Status, record.ErrorCode, record.StoppedBy).ShouldBe((CallState.Released, status, code, "CallUpstream"));
        (record.TokenSource, record.CostNano).ShouldBe((TokenSource.None, null));
        (await bed.CallsTodayAsync()).ShouldBe(before, "nothing came, so nothing counts");
        (bed.Upstream.RequestCount - count).ShouldBe(1);
        await bed.ShouldServeAsync();
        return answer;
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_page_instead_of_an_answer_is_502_and_not_reflected(bool stream)
        => (await RefusedAsync(stream, FakeReply.Body(200, "text/html", "<html>Please log in to the canary portal</html>"u8.ToArray()), 502, "upstream_protocol_error")).Body.ShouldNotContain("portal");

    [Theory, InlineData(false), InlineData(true)]
    public async Task Success_that_holds_an_error_is_an_error(bool stream)
    {
        const string error = """{"error":{"message":"The backend is gone.","type":"server_error","param":null,"code":"backend_gone"}}""";
        await RefusedAsync(stream, stream ? FakeReply.Events([error]) : FakeReply.Json(200, error), 502, "upstream_error");
    }

    [Fact]
    public async Task Json_where_a_stream_was_asked_for_is_502()
        => await RefusedAsync(stream: true, FakeReply.Chat("no stream"), 502, "upstream_protocol_error");

    [Fact]
    public async Task A_stream_where_json_was_asked_for_is_502()
        => await RefusedAsync(stream: false, FakeReply.Events([FakeReply.ChunkJson("""{"content":"x"}""", "stop"), "[DONE]"]), 502, "upstream_protocol_error");

    [Theory]
    [InlineData("[]"), InlineData("\"text\""), InlineData("{"), InlineData(""), InlineData("   \n "), InlineData("nothing of the sort"), InlineData("\u0000\u0001}")]
    public async Task A_body_that_is_no_json_object_is_502(string body)
    {
        bed.Upstream.Enqueue(FakeReply.Json(200, body));
        var answer = await bed.ChatAsync();
        answer.Status.ShouldBe(502, answer.Body);
        answer.ErrorCode.ShouldBeOneOf("upstream_protocol_error", "upstream_truncated");
        (await bed.RecordAsync(answer)).State.ShouldBe(CallState.Released);
        await bed.ShouldServeAsync();
    }

    // ---- statuses

    [Theory]
    [InlineData(500, 502, "upstream_error"), InlineData(502, 502, "upstream_error"), InlineData(503, 503, "upstream_overloaded"), InlineData(504, 504, "upstream_timeout"),
     InlineData(529, 503, "upstream_overloaded"), InlineData(501, 502, "upstream_error"), InlineData(401, 502, "upstream_auth"), InlineData(403, 502, "upstream_auth"),
     InlineData(402, 502, "upstream_balance"), InlineData(408, 504, "upstream_timeout"), InlineData(429, 429, "upstream_rate_limited"), InlineData(301, 502, "upstream_redirect"),
     InlineData(302, 502, "upstream_redirect"), InlineData(307, 502, "upstream_redirect"), InlineData(308, 502, "upstream_redirect")]
    public async Task Each_status_of_an_upstream_has_its_own_answer_and_never_shows_its_words(int upstream, int status, string code)
    {
        foreach (var stream in (bool[])[false, true])
        {
            var answer = await RefusedAsync(stream, FakeReply.Error(upstream, "canary_code", $"canary words with {GatewayBed.UpstreamKey}", ("location", bed.Sink.BaseUrl + "/x")), status, code);
            answer.Body.ShouldNotContain("canary");
        }
        bed.Sink.ConnectionCount.ShouldBe(0, "a redirect was followed");
    }

    [Theory, InlineData(400), InlineData(404), InlineData(413), InlineData(422)]
    public async Task A_refusal_of_the_callers_own_parameters_is_passed_on(int status)
    {
        var answer = await RefusedAsync(stream: false, FakeReply.Error(status, "bad_temperature", "The temperature is too high."), status, "bad_temperature");
        answer.Error.GetProperty("message").GetString().ShouldBe("The temperature is too high.");
        answer.Header("x-should-retry").ShouldBe("false");
    }

    [Fact]
    public async Task An_upstream_that_repeats_its_key_in_a_refusal_does_not_show_it_to_the_caller()
    {
        foreach (var stream in (bool[])[false, true])
            (await RefusedAsync(stream, FakeReply.Error(400, "bad_request", $"You sent 'Authorization: Bearer {GatewayBed.UpstreamKey}' and a bad temperature."), 400, "invalid_value"))
                .Body.ShouldNotContain(GatewayBed.UpstreamKey);
    }

    [Theory]
    [InlineData("""{"error":"just text"}""", "just text")]
    [InlineData("""{"message":"top level"}""", "top level")]
    [InlineData("""{"detail":"of fastapi"}""", "of fastapi")]
    [InlineData("""{"error":{"message":null,"code":null,"type":7,"param":[1]}}""", null)]
    [InlineData("""{"error":[]}""", null)]
    [InlineData("not json", null)]
    [InlineData("", null)]
    [InlineData("""{"error":{"message":"cut in the mid""", null)]
    public async Task Every_form_of_a_refusal_becomes_an_openai_error(string body, string? message)
    {
        bed.Upstream.Enqueue(FakeReply.Json(400, body));
        var answer = await bed.ChatAsync();
        answer.Status.ShouldBe(400);
        answer.Error.GetProperty("code").GetString().ShouldNotBeNull();
        if (message is not null) answer.Error.GetProperty("message").GetString().ShouldBe(message);
    }

    [Fact]
    public async Task A_long_refusal_is_cut_and_still_text()
    {
        // A pair of surrogates lies over the cut.
        bed.Upstream.Enqueue(FakeReply.Error(400, new string('c', 500), new string('m', 1999) + "😀" + new string('n', 5000)));
        var answer = await bed.ChatAsync();
        answer.Status.ShouldBe(400);
        answer.Error.GetProperty("message").GetString()!.Length.ShouldBeInRange(1900, 2100);
        answer.ErrorCode.Length.ShouldBeLessThan(100);
        (await bed.RecordAsync(answer)).ErrorCode!.Length.ShouldBeLessThan(100);
    }

    [Theory]
    [InlineData("7", 7, 7), InlineData("date", 50, 61), InlineData("soon", 1, 1), InlineData("1000000000", 3600, 3600), InlineData("-5", 1, 1), InlineData("0", 1, 1), InlineData("1e9", 1, 1), InlineData("2.5", 3, 3), InlineData("", 1, 1)]
    public async Task Retry_after_is_passed_on_where_it_makes_sense(string sent, int least, int most)
    {
        if (sent == "date") sent = DateTimeOffset.UtcNow.AddSeconds(60).ToString("r", CultureInfo.InvariantCulture);
        bed.Upstream.Enqueue(FakeReply.Error(429, "rate_limit_exceeded", "Slow down.", ("Retry-After", sent)));
        var answer = (await bed.ChatAsync()).ShouldBeRefused(429, "upstream_rate_limited");
        int.Parse(answer.Header("retry-after")!, CultureInfo.InvariantCulture).ShouldBeInRange(least, most);
        answer.Header("x-should-retry").ShouldBe("true");
    }

    [Fact]
    public async Task An_upstreams_empty_account_is_not_the_callers_quota()
    {
        bed.Upstream.Enqueue(FakeReply.Error(429, "insufficient_quota", "You exceeded your current quota."));
        (await bed.ChatAsync()).ShouldBeRefused(502, "upstream_balance").Header("x-should-retry").ShouldBe("false");
    }

    // ---- broken HTTP

    public static TheoryData<string> Garbage => [.. BrokenHttp.Keys];

    private static readonly Dictionary<string, string> BrokenHttp = new()
    {
        ["no http"] = "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        ["no status"] = "HTTP/1.1 \r\n\r\n",
        ["status 99"] = "HTTP/1.1 99 Odd\r\ncontent-length: 0\r\n\r\n",
        ["status 1000"] = "HTTP/1.1 1000 Odd\r\ncontent-length: 0\r\n\r\n",
        ["two lengths"] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x",
        ["length and chunks"] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        ["negative length"] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n{}",
        ["length of letters"] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: two\r\n\r\n{}",
        ["bad chunk size"] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        ["huge chunk size"] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        ["unknown coding"] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: gzip\r\n\r\n{}",
        ["1,000 headers"] = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"x-{i}: y\r\n")) + "content-length: 2\r\n\r\n{}",
        ["a header of 1 MiB"] = "HTTP/1.1 200 OK\r\nx-long: " + new string('x', 1 << 20) + "\r\ncontent-length: 2\r\n\r\n{}",
        ["a head without end"] = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("x-long: " + new string('y', 1000) + "\r\n", 2000)),
        ["switching protocols"] = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
        ["nothing but 1xx"] = string.Concat(Enumerable.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100)),
    };

    [Theory, MemberData(nameof(Garbage))]
    public async Task Broken_http_is_502(string how)
    {
        bed.Upstream.Enqueue(FakeReply.Raw(BrokenHttp[how]));
        var answer = await bed.ChatAsync();
        answer.Status.ShouldBe(502, answer.Body);
        answer.ErrorCode.ShouldBeOneOf("upstream_protocol_error", "upstream_truncated");
        (await bed.RecordAsync(answer)).State.ShouldBe(CallState.Released);
        await bed.ShouldServeAsync();
    }

    [Fact]
    public async Task A_compressed_answer_nobody_asked_for_is_502_and_not_unpacked()
    {
        var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            await gzip.WriteAsync(new byte[10 << 20], TestContext.Current.CancellationToken);
        await RefusedAsync(stream: false, FakeReply.Body(200, "application/json", packed.ToArray(), ("content-encoding", "gzip")), 502, "upstream_protocol_error");
    }

    [Fact]
    public async Task Informational_answers_and_trailers_are_skipped()
    {
        var json = FakeReply.ChatJson("after a while");
        bed.Upstream.Enqueue(FakeReply.Steps(FakeReply.Write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"), FakeReply.Head(200, "application/json"), FakeReply.Chunk(json), FakeReply.Write("0\r\nx-checksum: 1\r\n\r\n")));
        (await bed.ChatAsync()).Body.ShouldBe(json);
    }

    [Fact]
    public async Task An_upstreams_headers_are_not_the_callers()
    {
        bed.Upstream.Enqueue(FakeReply.Json(200, FakeReply.ChatJson("x"), ("set-cookie", "a=b"), ("x-secret", "s"), ("server", "fake"), ("www-authenticate", "Basic"), ("x-request-id", "theirs"), ("connection", "keep-alive")));
        var answer = await bed.ChatAsync();
        foreach (var name in (string[])["set-cookie", "x-secret", "server", "www-authenticate"]) answer.Headers.ShouldNotContainKey(name);
        answer.RequestId.ShouldStartWith("req_");
    }

    // ---- usage that cannot be true

    [Theory]
    [InlineData("""{"prompt_tokens":-5,"completion_tokens":3}"""), InlineData("""{"prompt_tokens":5,"completion_tokens":1000000000000}"""), InlineData("""{"prompt_tokens":"5","completion_tokens":"3"}"""),
     InlineData("""{"prompt_tokens":1e400,"completion_tokens":3}"""), InlineData("{}"), InlineData("null"), InlineData("[]"), InlineData("7"), InlineData("""{"prompt_tokens":5.5,"completion_tokens":3}""")]
    public async Task Usage_that_cannot_be_true_is_estimated_and_marked(string usage)
    {
        foreach (var stream in (bool[])[false, true])
        {
            bed.Upstream.Enqueue(stream
                ? FakeReply.Events([FakeReply.ChunkJson("""{"content":"Hello there, how are you?"}"""), FakeReply.ChunkJson("{}", "stop"), $$"""{"choices":[],"usage":{{usage}}}""", "[DONE]"])
                : FakeReply.Json(200, $$"""{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there, how are you?"},"finish_reason":"stop"}],"usage":{{usage}}}"""));
            var answer = await bed.ChatAsync(stream);
            answer.Status.ShouldBe(200);
            var record = await bed.RecordAsync(answer);
            record.TokenSource.ShouldBe(TokenSource.Estimated);
            record.CompletionTokens.ShouldBe(7);
            record.PromptTokens.ShouldBeInRange(4, 40);
            record.Counts.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Of_usage_that_changes_the_last_one_counts()
    {
        bed.Upstream.Enqueue(FakeReply.Events([
            $$"""{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],"usage":{{FakeReply.UsageJson(9, 1)}}}""",
            $$"""{"choices":[{"index":0,"delta":{"content":"b"},"finish_reason":"stop"}],"usage":{{FakeReply.UsageJson(9, 2)}}}""", "[DONE]"]));
        var record = await bed.RecordAsync(await bed.ChatAsync(stream: true));
        (record.TokenSource, record.PromptTokens, record.CompletionTokens).ShouldBe((TokenSource.Reported, 9, 2));
    }

    [Fact]
    public async Task A_long_answer_without_usage_is_estimated_from_its_text()
    {
        var text = string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog ", 4000));
        bed.Upstream.Enqueue(FakeReply.Json(200, $$"""{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"{{text}}"},"finish_reason":"stop"}]}"""));
        var record = await bed.RecordAsync(await bed.ChatAsync());
        record.TokenSource.ShouldBe(TokenSource.Estimated);
        record.CompletionTokens.ShouldBeInRange(30_000, 60_000);
    }

    public sealed class Bed : GatewayBed
    {
        public FakeUpstream Sink { get; } = FakeUpstream.Start();

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await Sink.DisposeAsync();
        }
    }
}
