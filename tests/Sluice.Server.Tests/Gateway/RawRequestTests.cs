using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>Requests that no HTTP library sends, to the real process: each is refused, none is read as two, and the server goes on.</summary>
public sealed class RawRequestTests(RawRequestTests.Bed bed) : IClassFixture<RawRequestTests.Bed>
{
    private const string Body = """{"model":"deepseek-chat","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""";

    // A whole call, to be smuggled in behind another.
    private string Smuggled => $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bed.Key}\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}";

    private string Post(string headers, string body = Body, string target = "/v1/chat/completions", string method = "POST", string host = "Host: x\r\n", string version = "HTTP/1.1")
        => $"{method} {target} {version}\r\n{host}Authorization: Bearer {bed.Key}\r\nContent-Type: application/json\r\n{headers}\r\n{body}";

    /// <summary>Sends, reads to the close, and makes sure that there was one answer.</summary>
    private async Task<int> OneAnswerAsync(string request, bool closes = true)
    {
        using var caller = await RawCaller.ConnectAsync(bed.Process.BaseUrl);
        await caller.SendAsync(request);
        var status = await caller.StatusAsync();
        if (closes)
        {
            var all = await caller.ToEndAsync();
            all.Split("HTTP/1.1 ").Length.ShouldBeLessThanOrEqualTo(2, $"more than one answer:\n{all}");
        }
        (await bed.ServesAsync()).ShouldBeTrue("the server does not serve any more");
        return status;
    }

    [Fact]
    public async Task Length_and_chunks_together_never_make_two_requests()
    {
        var status = await OneAnswerAsync(Post($"Content-Length: {Body.Length + Smuggled.Length + 15}\r\nTransfer-Encoding: chunked\r\n", $"{Body.Length:x}\r\n{Body}\r\n0\r\n\r\n{Smuggled}"));
        status.ShouldBeOneOf(200, 400);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n"), InlineData("Content-Length: 5\r\nContent-Length: 5\r\n"), InlineData("Content-Length: 5, 5\r\n"), InlineData("Content-Length: -1\r\n"), InlineData("Content-Length: +4\r\n"), InlineData("Content-Length: 0x10\r\n"),
     InlineData("Content-Length: 1 0\r\n"), InlineData("Content-Length: \r\n"), InlineData("Content-Length: 99999999999999999999\r\n"), InlineData("Transfer-Encoding: xchunked\r\n"), InlineData("Transfer-Encoding: identity\r\n"),
     InlineData("Transfer-Encoding: gzip, chunked\r\n"), InlineData("Transfer-Encoding: chunked, chunked\r\n"), InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
     InlineData("X-Bad : 1\r\nContent-Length: 0\r\n"), InlineData("X-Bad: a\r\n folded\r\nContent-Length: 0\r\n"), InlineData("X-Bad: a\0b\r\nContent-Length: 0\r\n"), InlineData("X-Bad: a\rb\r\nContent-Length: 0\r\n"), InlineData(": empty\r\nContent-Length: 0\r\n"), InlineData("no colon\r\nContent-Length: 0\r\n")]
    public async Task A_head_that_two_readers_could_read_differently_is_400(string headers)
        => (await OneAnswerAsync(Post(headers, Body + Smuggled))).ShouldBe(400);

    [Fact]
    public async Task A_bare_line_feed_ends_no_line_of_a_head()
    {
        (await OneAnswerAsync($"POST /v1/chat/completions HTTP/1.1\nHost: x\nContent-Length: {Body.Length}\n\n{Body}")).ShouldBe(400);
        (await OneAnswerAsync(Post($"X-A: b\nContent-Length: {Body.Length}\r\n"))).ShouldBe(400);
    }

    [Theory]
    [InlineData("53\n"), InlineData("zz\r\n"), InlineData("-1\r\n"), InlineData("fffffffffffffffff\r\n"), InlineData("53;a=\nb\r\n"), InlineData("53 \r\n"), InlineData("0x53\r\n"), InlineData("\r\n")]
    public async Task A_chunk_of_the_wrong_form_is_400_and_recorded(string size)
    {
        var before = await bed.RecordsAsync();
        var status = await OneAnswerAsync(Post("Transfer-Encoding: chunked\r\n", size + Body + "\r\n0\r\n\r\n" + Smuggled));
        status.ShouldBeOneOf(size == "53 \r\n" ? [200, 400] : [400]);
        // The endpoint was reached before the body was looked at.
        await bed.RecordedAsync(before + 1);
    }

    [Fact]
    public async Task Too_many_or_too_long_headers_are_refused()
    {
        (await OneAnswerAsync(Post(string.Concat(Enumerable.Range(0, 120).Select(i => $"x-{i}: y\r\n")) + "Content-Length: 0\r\n"))).ShouldBe(431);
        (await OneAnswerAsync(Post($"x-long: {new string('y', 33 * 1024)}\r\nContent-Length: 0\r\n"))).ShouldBeOneOf(400, 431);
        (await OneAnswerAsync(Post("Content-Length: 0\r\n", target: "/" + new string('y', 9000)))).ShouldBe(414);
    }

    [Theory]
    [InlineData(""), InlineData("Host: a\r\nHost: b\r\n"), InlineData("Host: a b\r\n"), InlineData("Host: a/b\r\n"), InlineData("Host: a,b\r\n"), InlineData("Host: user@a\r\n")]
    public async Task A_host_that_is_missing_double_or_malformed_is_400(string host)
        => (await OneAnswerAsync(Post("Content-Length: 0\r\n", host: host))).ShouldBe(400);

    [Fact]
    public async Task An_absolute_target_must_agree_with_the_host()
        => (await OneAnswerAsync(Post("Content-Length: 0\r\n", target: "http://elsewhere/v1/chat/completions"))).ShouldBe(400);

    [Theory]
    [InlineData("/v1/%00"), InlineData("/v1/chat%"), InlineData("*"), InlineData("v1/chat/completions"), InlineData("/v1/\u0001"), InlineData("/v1/ x")]
    public async Task A_target_of_the_wrong_form_is_refused(string target)
        => (await OneAnswerAsync(Post("Content-Length: 0\r\n", target: target), closes: false)).ShouldBeInRange(400, 499);

    [Theory]
    [InlineData("HTTP/1.2", 505), InlineData("HTTP/9.9", 505), InlineData("HTTP/1.", 400), InlineData("FTP/1.1", 400), InlineData("http/1.1", 400)]
    public async Task Another_protocol_is_refused(string version, int status)
        => (await OneAnswerAsync(Post("Content-Length: 0\r\n", version: version))).ShouldBeOneOf(status, 400, 505);

    [Theory]
    [InlineData("PUT", "Content-Length: 5\r\n", "{}{}{"), InlineData("TRACE", "Content-Length: 0\r\n", ""), InlineData("BREW", "Content-Length: 0\r\n", ""), InlineData("CONNECT", "", "")]
    public async Task Another_method_is_refused(string method, string headers, string body)
        => (await OneAnswerAsync(Post(headers, body, method: method, target: method == "CONNECT" ? "x:80" : "/v1/chat/completions"), closes: false)).ShouldBeInRange(400, 499);

    [Theory]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003"), InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), InlineData("\0\0\0\0\r\n\r\n"), InlineData("SSH-2.0-x\r\n\r\n")]
    public async Task Bytes_of_another_protocol_do_no_harm(string bytes)
        => (await OneAnswerAsync(bytes)).ShouldBeOneOf(0, 400, 505);

    // ---- sizes

    [Theory, InlineData(""), InlineData("Expect: 100-continue\r\n")]
    public async Task A_body_of_100_MB_is_413_before_a_byte_of_it_is_read(string expect)
    {
        using var caller = await RawCaller.ConnectAsync(bed.Process.BaseUrl);
        await caller.SendAsync(Post($"Content-Length: {100 << 20}\r\n{expect}", ""));
        var answer = await caller.ToEndAsync();
        answer.ShouldStartWith("HTTP/1.1 413 ");
        answer.ShouldContain("\"code\":\"request_too_large\"");
        answer.ShouldContain("Connection: close");
        (await bed.ServesAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_chunked_body_of_100_MB_is_cut_at_the_limit()
    {
        using var caller = await RawCaller.ConnectAsync(bed.Process.BaseUrl);
        await caller.SendAsync(Post("Transfer-Encoding: chunked\r\n", "2\r\n{ \r\n"));
        byte[] chunk = [.. Encoding.ASCII.GetBytes("10000\r\n"), .. Enumerable.Repeat((byte)' ', 0x10000), 13, 10];
        var sent = 0;
        for (; sent < 100 << 20; sent += 0x10000)
            if (!await caller.SendAsync(chunk)) break;
        sent.ShouldBeLessThan(30 << 20, "the server went on reading");
        (await bed.ServesAsync()).ShouldBeTrue();
        await bed.RecordedAsync(1, 413);
    }

    [Fact]
    public async Task A_body_just_under_the_limit_is_read()
    {
        var body = Body[..^1] + "," + "\"user\":\"x\"" + new string(' ', 9 << 20) + "}";
        using var caller = await RawCaller.ConnectAsync(bed.Process.BaseUrl);
        await caller.SendAsync(Post($"Content-Length: {body.Length}\r\n", body));
        (await caller.StatusAsync()).ShouldBe(200);
    }

    [Fact]
    public async Task A_body_that_ends_early_is_recorded_and_harmless()
    {
        using (var caller = await RawCaller.ConnectAsync(bed.Process.BaseUrl))
        {
            await caller.SendAsync(Post("Content-Length: 1000\r\n", "{\"model\":"));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        (await bed.ServesAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Calls_sent_all_at_once_are_answered_in_their_order()
    {
        using var caller = await RawCaller.ConnectAsync(bed.Process.BaseUrl);
        await caller.SendAsync(string.Concat(Enumerable.Repeat(Smuggled, 5)) + Post("Connection: close\r\nContent-Length: 2\r\n", "{}"));
        var all = await caller.ToEndAsync();
        all.Split("HTTP/1.1 200 OK").Length.ShouldBe(6);
        all.Split("HTTP/1.1 400 ").Length.ShouldBe(2);
    }

    [Fact]
    public async Task Old_http_is_served_without_chunks()
    {
        using var caller = await RawCaller.ConnectAsync(bed.Process.BaseUrl);
        await caller.SendAsync(Post($"Content-Length: {Body.Length}\r\n", Body, version: "HTTP/1.0"));
        var all = await caller.ToEndAsync();
        all.ShouldStartWith("HTTP/1.1 200 OK");
        RawCaller.BodyOf(all).ShouldStartWith("{");
    }

    /// <summary>The real process, with the sandbox as its upstream.</summary>
    public sealed class Bed : IAsyncLifetime
    {
        private readonly TempFolder _folder = new();
        private HttpClient _client = null!;
        private HttpClient _management = null!;

        public SluiceProcess Process { get; private set; } = null!;
        public string Key { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Process = await SluiceProcess.StartReadyAsync(_folder.Path, new Dictionary<string, string> { ["Sluice__Sandbox__TokensPerSecond"] = "0" });
            _management = new HttpClient { BaseAddress = new Uri(Process.BaseUrl) };
            _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Process.FirstRun().ManagementToken);
            using var made = await _management.PostAsync(new Uri("/api/v1/keys", UriKind.Relative), SluiceServer.Json("""{"name":"raw","kind":"production"}"""));
            Key = JsonSerializer.Deserialize<JsonElement>(await made.Content.ReadAsStringAsync()).GetProperty("key").GetString()!;
            _client = new HttpClient { BaseAddress = new Uri(Process.BaseUrl) };
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        }

        public async Task<bool> ServesAsync()
        {
            using var answer = await _client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), SluiceServer.Json(Body));
            return answer.IsSuccessStatusCode;
        }

        /// <summary>Records with a status of 4xx, of which the newest hundred are enough to see a difference.</summary>
        public async Task<int> RecordsAsync(int status = 400)
        {
            var count = 0;
            for (string? cursor = null; ;)
            {
                var page = JsonSerializer.Deserialize<JsonElement>(await _management.GetStringAsync(new Uri($"/api/v1/requests?limit=100&status={status.ToString(CultureInfo.InvariantCulture)}" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)), UriKind.Relative)));
                count += page.GetProperty("data").GetArrayLength();
                if (!page.TryGetProperty("nextCursor", out var next) || (cursor = next.GetString()) is null) return count;
            }
        }

        public async Task RecordedAsync(int count, int status = 400)
        {
            for (var i = 0; await RecordsAsync(status) < count; i++)
            {
                (i < 100).ShouldBeTrue("a refused call has no record");
                await Task.Delay(50);
            }
        }

        public async ValueTask DisposeAsync()
        {
            Process.Terminate();
            (await Process.WaitForExitAsync()).ShouldBe(0);
            (Process.Output + Process.Errors).ShouldNotContain(Key);
            Process.Output.Contains("   at ", StringComparison.Ordinal).ShouldBeFalse($"something failed inside the gateway:\n{Process.Output}");
            Process.Errors.ShouldBeEmpty();
            _client.Dispose();
            _management.Dispose();
            await Process.DisposeAsync();
            _folder.Dispose();
        }
    }
}
