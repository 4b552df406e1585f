using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Records;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>Keys whose calls must be signed: what passes, and what each failure is told.</summary>
public sealed class SignatureTests(SignatureTests.Bed bed) : IClassFixture<SignatureTests.Bed>
{
    private const string Secret = "slcsig_vector-0123456789-éè";
    private static int _nonce;

    private static string NewNonce() => $"test-nonce-{Interlocked.Increment(ref _nonce):00000000}";

    private long Now => bed.Clock.GetUtcNow().ToUnixTimeSeconds();

    private async Task<(string Key, string Id)> SignedKeyAsync()
    {
        var made = await bed.NewKeyAsync("""{"name":"signed","kind":"production"}""");
        await bed.Server.SetSigningAsync(made.Id, Secret);
        return made;
    }

    /// <summary>Written down once more, from the documentation and not from the code.</summary>
    private static string Sign(long timestamp, string nonce, string method, string path, string body, string secret = Secret)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"v1\n{timestamp}\n{nonce}\n{method}\n{path}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}");
        return "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));
    }

    private Task<GatewayAnswer> SendAsync(string key, string? timestamp, string? nonce, string? signature, string method = "POST", string path = "/v1/chat/completions", string? body = null)
        => bed.SendAsync(new HttpMethod(method), path, method == "GET" ? null : body ?? GatewayBed.ChatBody(), key, request =>
        {
            if (timestamp is not null) request.Headers.Add("x-sluice-timestamp", timestamp);
            if (nonce is not null) request.Headers.Add("x-sluice-nonce", nonce);
            if (signature is not null) request.Headers.Add("x-sluice-signature", signature);
        });

    private Task<GatewayAnswer> SendSignedAsync(string key, long timestamp, string nonce, string method = "POST", string path = "/v1/chat/completions", string? body = null)
        => SendAsync(key, timestamp.ToString(CultureInfo.InvariantCulture), nonce, Sign(timestamp, nonce, method, path, method == "GET" ? "" : body ?? GatewayBed.ChatBody()), method, path, body);

    private async Task RefusedAsync(GatewayAnswer answer, string code, string said)
    {
        answer.ShouldBeRefused(401, code);
        answer.Header("x-should-retry").ShouldBe("false");
        answer.Error.GetProperty("message").GetString()!.ShouldContain(said);
        var record = await bed.RecordAsync(answer);
        (record.State, record.ErrorCode, record.StoppedBy).ShouldBe((CallState.Refused, code, "CheckSignature"));
        record.KeyId.ShouldNotBeNull();
    }

    // openssl dgst -sha256 -hmac "$SECRET" over printf 'v1\n%s\n%s\n%s\n%s\n%s', with the body's openssl dgst -sha256; the clock stands at 2026-06-01 08:00:00 UTC.
    [Theory]
    [InlineData("1780300800", "nonce-0123456789", "POST", "/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"Say something."}],"stream":false}""", "86563deaab6d1f4715f5613366e3e7678b0a64a32a1336d6ed98fefbf433ba1f")]
    [InlineData("1780300800", "N_0123456789-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXY", "POST", "/chat/completions?api-version=2024&x=%20y", """{"model":"m","messages":[{"role":"user","content":"Say something."}],"stream":false}""", "36d518af385176064b8d30ec01546a60df3f169c7a1ca0d390cc92f874bc6201")]
    [InlineData("1780301100", "AAAAAAAAAAAAAAAA", "GET", "/v1/models", "", "c05360778a1b341cddf3649e09cd7d7c5ab3782aa0734e61438466ae411e7095")]
    [InlineData("1780300800", "0000000000000000", "POST", "/v1/embeddings", """{"model":"m","input":"Grüße, 世界"}""", "bbb27aa1fd6bdcedd56230b17c127a4722b5f693414a71c3ddd28f14b956b9d3")]
    public async Task Signatures_made_by_another_program_pass(string timestamp, string nonce, string method, string path, string body, string signature)
    {
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions { Time = new FakeTimeProvider(Bed.Start) });
        var (key, id) = await server.CreateKeyAsync();
        await server.SetSigningAsync(id, Secret);
        using var client = server.NewClient(key);
        foreach (var wrong in (string[])[signature.Replace('0', '1'), signature])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method != "GET") request.Content = SluiceServer.Json(body);
            request.Headers.Add("x-sluice-timestamp", timestamp);
            request.Headers.Add("x-sluice-nonce", nonce);
            request.Headers.Add("x-sluice-signature", "v1=" + wrong);
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            // With no upstream but the sandbox, what passes is served or finds no such model.
            if (wrong == signature) text.ShouldNotContain("signature");
            else text.ShouldContain("signature_invalid");
        }
    }

    [Fact]
    public async Task A_signed_call_passes_and_an_unsigned_one_is_told_what_is_missing()
    {
        var (key, _) = await SignedKeyAsync();
        (await SendSignedAsync(key, Now, NewNonce())).Status.ShouldBe(200);
        (await SendSignedAsync(key, Now, NewNonce(), body: GatewayBed.ChatBody(stream: true))).IsDone.ShouldBeTrue();
        (await SendSignedAsync(key, Now, NewNonce(), "GET", "/v1/models?a=b")).Status.ShouldBe(200);
        (await SendSignedAsync(key, Now, NewNonce(), "GET", "/user/balance")).Status.ShouldBe(200);
        await RefusedAsync(await SendAsync(key, null, null, null), "signature_required", "x-sluice-timestamp");
        await RefusedAsync(await SendAsync(key, null, null, null, "GET", "/v1/models"), "signature_required", "x-sluice-timestamp");
        await RefusedAsync(await SendAsync(key, $"{Now}", null, "v1=00"), "signature_required", "x-sluice-nonce");
        await RefusedAsync(await SendAsync(key, $"{Now}", NewNonce(), null), "signature_required", "x-sluice-signature");
    }

    [Fact]
    public async Task The_secret_that_the_management_api_shows_is_the_one_to_sign_with()
    {
        var made = await bed.Server.ManageAsync(HttpMethod.Post, "/api/v1/keys", """{"name":"signed from the start","kind":"production","requireSigning":true}""");
        var (key, secret) = (made.GetProperty("key").GetString()!, made.GetProperty("signingSecret").GetString()!);
        bed.Watch(key);
        bed.Watch(secret);
        var nonce = NewNonce();
        await RefusedAsync(await SendAsync(key, $"{Now}", nonce, Sign(Now, nonce, "POST", "/v1/chat/completions", GatewayBed.ChatBody())), "signature_invalid", "signing secret");
        (await SendAsync(key, $"{Now}", nonce, Sign(Now, nonce, "POST", "/v1/chat/completions", GatewayBed.ChatBody(), secret))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_signature_for_anything_else_is_invalid_and_uses_up_no_nonce()
    {
        var (key, _) = await SignedKeyAsync();
        var count = bed.Upstream.RequestCount;
        var nonce = NewNonce();
        var body = GatewayBed.ChatBody();
        const string path = "/v1/chat/completions";
        foreach (var signature in (string[])
        [
            Sign(Now, nonce, "POST", path, body, Secret + "x"),
            Sign(Now + 1, nonce, "POST", path, body),
            Sign(Now, NewNonce(), "POST", path, body),
            Sign(Now, nonce, "GET", path, body),
            Sign(Now, nonce, "POST", path + "?", body),
            Sign(Now, nonce, "POST", "/chat/completions", body),
            Sign(Now, nonce, "POST", path, body + " "),
            Sign(Now, nonce, "POST", path, ""),
        ]) await RefusedAsync(await SendAsync(key, $"{Now}", nonce, signature), "signature_invalid", "signing secret");
        bed.Upstream.RequestCount.ShouldBe(count, "a call with a wrong signature reached the upstream");
        (await SendSignedAsync(key, Now, nonce)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("12.5", null, null, "x-sluice-timestamp"), InlineData("-1", null, null, "x-sluice-timestamp"), InlineData("soon", null, null, "x-sluice-timestamp"), InlineData("1780300800000000", null, null, "x-sluice-timestamp"),
     InlineData(null, "fifteen-letters", null, "x-sluice-nonce"), InlineData(null, "sixty-five-letters-sixty-five-letters-sixty-five-letters-sixty-fiv", null, "x-sluice-nonce"), InlineData(null, "with a blank in it", null, "x-sluice-nonce"),
     InlineData(null, "with.a.dot.in.it.", null, "x-sluice-nonce"), InlineData(null, null, "v2=0000000000000000000000000000000000000000000000000000000000000000", "x-sluice-signature"), InlineData(null, null, "v1=00", "x-sluice-signature"),
     InlineData(null, null, "v1=zz00000000000000000000000000000000000000000000000000000000000000", "x-sluice-signature"), InlineData(null, null, "0000000000000000000000000000000000000000000000000000000000000000", "x-sluice-signature")]
    public async Task A_header_of_the_wrong_form_is_named(string? timestamp, string? nonce, string? signature, string said)
    {
        var (key, _) = await SignedKeyAsync();
        nonce ??= NewNonce();
        await RefusedAsync(await SendAsync(key, timestamp ?? $"{Now}", nonce, signature ?? Sign(Now, nonce, "POST", "/v1/chat/completions", GatewayBed.ChatBody())), "signature_invalid", said);
    }

    [Fact]
    public async Task A_header_sent_twice_is_refused()
    {
        var (key, _) = await SignedKeyAsync();
        using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl);
        var nonce = NewNonce();
        await caller.PostAsync("/v1/chat/completions", key, GatewayBed.ChatBody(), $"x-sluice-timestamp: {Now}\r\nx-sluice-nonce: {nonce}\r\nx-sluice-nonce: {nonce}\r\nx-sluice-signature: {Sign(Now, nonce, "POST", "/v1/chat/completions", GatewayBed.ChatBody())}\r\n");
        (await caller.UntilAsync("signature_invalid")).ShouldBeTrue(caller.Received);
    }

    [Fact]
    public async Task The_path_is_signed_as_it_was_sent()
    {
        var (key, _) = await SignedKeyAsync();
        foreach (var (sent, signed) in ((string, string)[])[("/v1/chat/completions?b=%7e&a=~", "/v1/chat/completions?b=%7e&a=~"), ("http://localhost/v1/chat/completions?x", "/v1/chat/completions?x")])
        {
            using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl);
            var nonce = NewNonce();
            await caller.PostAsync(sent, key, GatewayBed.ChatBody(), $"x-sluice-timestamp: {Now}\r\nx-sluice-nonce: {nonce}\r\nx-sluice-signature: {Sign(Now, nonce, "POST", signed, GatewayBed.ChatBody())}\r\n");
            (await caller.UntilAsync("\r\n\r\n")).ShouldBeTrue();
            caller.Received.ShouldStartWith("HTTP/1.1 200 ", Case.Sensitive, sent);
        }
    }

    [Fact]
    public async Task Timestamps_pass_within_300_seconds_on_either_side()
    {
        var (key, _) = await SignedKeyAsync();
        bed.Clock.Advance(TimeSpan.FromMinutes(10));
        foreach (var away in (int[])[-300, 0, 300]) (await SendSignedAsync(key, Now + away, NewNonce())).Status.ShouldBe(200, $"{away} s");
        await RefusedAsync(await SendSignedAsync(key, Now - 301, NewNonce()), "signature_expired", "301 s behind");
        await RefusedAsync(await SendSignedAsync(key, Now + 301, NewNonce()), "signature_expired", "301 s ahead of");
        await RefusedAsync(await SendSignedAsync(key, 0, NewNonce()), "signature_expired", "behind");
        await RefusedAsync(await SendSignedAsync(key, 999_999_999_999, NewNonce()), "signature_expired", "ahead of");
    }

    [Fact]
    public async Task A_replay_is_refused_for_as_long_as_it_could_pass()
    {
        var (key, _) = await SignedKeyAsync();
        var (other, _) = await SignedKeyAsync();
        var (nonce, signedAt) = (NewNonce(), Now + 250);
        (await SendSignedAsync(key, signedAt, nonce)).Status.ShouldBe(200);
        await RefusedAsync(await SendSignedAsync(key, signedAt, nonce), "signature_replayed", "new random nonce");
        // Nor with another body, path or time.
        await RefusedAsync(await SendSignedAsync(key, Now, nonce, body: GatewayBed.ChatBody("alias")), "signature_replayed", "new random nonce");
        await RefusedAsync(await SendSignedAsync(key, Now, nonce, "GET", "/v1/models"), "signature_replayed", "new random nonce");
        (await SendSignedAsync(other, signedAt, nonce)).Status.ShouldBe(200);
        bed.Clock.Advance(TimeSpan.FromMinutes(9));
        await RefusedAsync(await SendSignedAsync(key, signedAt, nonce), "signature_replayed", "new random nonce");
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        await RefusedAsync(await SendSignedAsync(key, signedAt, nonce), "signature_expired", "behind");
        (await SendSignedAsync(key, Now, nonce)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task What_was_signed_before_the_start_of_the_process_is_refused()
    {
        var clock = new FakeTimeProvider(Bed.Start.AddMilliseconds(500));
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions { Time = clock });
        var (key, id) = await server.CreateKeyAsync();
        await server.SetSigningAsync(id, Secret);
        clock.Advance(TimeSpan.FromSeconds(60));
        using var client = server.NewClient(key);
        foreach (var (timestamp, code) in ((long, string)[])[(Bed.Start.ToUnixTimeSeconds(), "signature_expired"), (Bed.Start.ToUnixTimeSeconds() + 1, "")])
        {
            var nonce = NewNonce();
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.Add("x-sluice-timestamp", $"{timestamp}");
            request.Headers.Add("x-sluice-nonce", nonce);
            request.Headers.Add("x-sluice-signature", Sign(timestamp, nonce, "GET", "/v1/models", ""));
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if (code.Length > 0) text.ShouldContain(code);
            else answer.IsSuccessStatusCode.ShouldBeTrue(text);
        }
    }

    [Fact]
    public async Task A_large_body_is_signed_whole()
    {
        var (key, _) = await SignedKeyAsync();
        var body = GatewayBed.ChatBody(more: $",\"user\":\"{new string('u', 2_000_000)}\"");
        (await SendSignedAsync(key, Now, NewNonce(), body: body)).Status.ShouldBe(200);
        var nonce = NewNonce();
        await RefusedAsync(await SendAsync(key, $"{Now}", nonce, Sign(Now, nonce, "POST", "/v1/chat/completions", body[..^3] + "v\"}"), body: body), "signature_invalid", "signing secret");
    }

    [Fact]
    public async Task Without_a_signing_secret_the_headers_are_not_looked_at()
    {
        (await SendAsync(bed.Key, "nonsense", "nonsense", "nonsense")).Status.ShouldBe(200);
        var (key, id) = await SignedKeyAsync();
        await RefusedAsync(await SendAsync(key, null, null, null), "signature_required", "must be signed");
        await bed.Server.SetSigningAsync(id, null);
        (await SendAsync(key, null, null, null)).Status.ShouldBe(200);
    }

    public sealed class Bed : GatewayBed
    {
        public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_780_300_800);

        // The gateway's deadlines run on it too, so it is only ever moved by minutes, between calls.
        public FakeTimeProvider Clock { get; } = new(Start);

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            Watch(Secret);
            // So that timestamps up to the window's edge lie after the start.
            Clock.Advance(TimeSpan.FromMinutes(20));
        }

        protected override SluiceServerOptions Options() => base.Options() with { Time = Clock };
    }
}
