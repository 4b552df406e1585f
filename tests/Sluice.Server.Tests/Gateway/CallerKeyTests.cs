using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Records;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>Whose key, from where, for what: each refusal by status and code, at every place that a key may stand.</summary>
public sealed class CallerKeyTests(CallerKeyTests.Bed bed) : IClassFixture<CallerKeyTests.Bed>
{
    private static readonly string[] Positions = ["Authorization", "api-key", "x-api-key"];

    private Task<GatewayAnswer> ChatAsync(string position, string key, Action<HttpRequestMessage>? change = null) => bed.ChatAsync(key: "", change: request =>
    {
        request.Headers.TryAddWithoutValidation(position, position == "Authorization" ? $"Bearer {key}" : key);
        change?.Invoke(request);
    });

    private async Task RefusedEverywhereAsync(string key, int status, string code, string? stage = "Authenticate")
    {
        var count = bed.Upstream.RequestCount;
        foreach (var position in Positions)
        {
            var answer = (await ChatAsync(position, key)).ShouldBeRefused(status, code);
            answer.Header("x-should-retry").ShouldBe("false");
            if (status == 401) answer.Header("www-authenticate").ShouldBe("Bearer");
            var record = await bed.RecordAsync(answer);
            (record.State, record.Status, record.ErrorCode, record.StoppedBy).ShouldBe((CallState.Refused, status, code, stage));
        }
        bed.Upstream.RequestCount.ShouldBe(count, "a refused call reached the upstream");
    }

    private async Task PassesEverywhereAsync(string key)
    {
        foreach (var position in Positions)
        {
            var answer = await ChatAsync(position, key);
            answer.Status.ShouldBe(200, answer.Body);
        }
    }

    [Fact]
    public async Task No_key_is_401()
    {
        foreach (var change in (Action<HttpRequestMessage>?[])[null, r => r.Headers.TryAddWithoutValidation("Authorization", ""), r => r.Headers.TryAddWithoutValidation("Authorization", "Bearer"),
            r => r.Headers.TryAddWithoutValidation("Authorization", "Bearer   "), r => r.Headers.TryAddWithoutValidation("Authorization", $"Basic {bed.Key}"), r => r.Headers.TryAddWithoutValidation("x-api-key", ""),
            r => r.Headers.TryAddWithoutValidation("Cookie", $"key={bed.Key}")])
        {
            var answer = (await bed.ChatAsync(key: "", change: change)).ShouldBeRefused(401, "missing_api_key");
            (await bed.RecordAsync(answer)).KeyId.ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_mistyped_key_is_401()
    {
        await RefusedEverywhereAsync("nonsense", 401, "invalid_api_key");
        await RefusedEverywhereAsync(bed.Key[..^1], 401, "invalid_api_key");
        await RefusedEverywhereAsync(bed.Key + "x", 401, "invalid_api_key");
        await RefusedEverywhereAsync(bed.Key[..^1] + (bed.Key[^1] == 'a' ? 'b' : 'a'), 401, "invalid_api_key");
        await RefusedEverywhereAsync(bed.Key.ToUpperInvariant(), 401, "invalid_api_key");
        await RefusedEverywhereAsync("' or 1=1 --", 401, "invalid_api_key");
        await RefusedEverywhereAsync(new string('k', 8000), 401, "invalid_api_key");
    }

    [Fact]
    public async Task A_management_token_is_no_api_key()
        => await RefusedEverywhereAsync(bed.Server.ManagementToken, 401, "invalid_api_key");

    [Fact]
    public async Task An_api_key_is_no_management_token()
    {
        using var client = bed.Server.NewClient(bed.Key);
        (await client.GetAsync(new Uri("/api/v1/keys", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_of_another_installation_is_401()
    {
        await using var other = await SluiceServer.StartAsync();
        bed.Watch(other.TestKey);
        await RefusedEverywhereAsync(other.TestKey, 401, "unknown_api_key");
    }

    [Fact]
    public async Task A_key_in_the_query_is_refused_even_beside_a_good_one()
    {
        foreach (var query in (string[])[$"?key={bed.Key}", $"?api_key={bed.Key}", $"?a=b&token={bed.Key}&c", $"?{bed.Key}"])
        {
            (await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions" + query, GatewayBed.ChatBody(), key: "")).ShouldBeRefused(400, "api_key_in_query");
            (await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions" + query, GatewayBed.ChatBody())).ShouldBeRefused(400, "api_key_in_query");
        }
        (await bed.SendAsync(HttpMethod.Post, "/v1/chat/completions?api-version=2024", GatewayBed.ChatBody())).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Two_different_keys_are_refused_and_the_same_one_twice_is_not()
    {
        var (other, _) = await bed.NewKeyAsync("""{"name":"other","kind":"production"}""");
        foreach (var first in Positions)
        {
            foreach (var second in Positions.Where(p => p != first))
            {
                (await ChatAsync(first, bed.Key, r => r.Headers.TryAddWithoutValidation(second, second == "Authorization" ? $"Bearer {other}" : other))).ShouldBeRefused(400, "conflicting_credentials");
                (await ChatAsync(first, bed.Key, r => r.Headers.TryAddWithoutValidation(second, second == "Authorization" ? $"Bearer {bed.Key}" : bed.Key))).Status.ShouldBe(200);
            }
        }
    }

    [Fact]
    public async Task A_disabled_key_is_refused_on_the_next_call_and_works_again_when_enabled()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"switched","kind":"production"}""");
        await PassesEverywhereAsync(key);
        await bed.Server.ManageAsync(HttpMethod.Patch, $"/api/v1/keys/{id}", """{"enabled":false}""");
        await RefusedEverywhereAsync(key, 401, "disabled_api_key");
        await bed.Server.ManageAsync(HttpMethod.Patch, $"/api/v1/keys/{id}", """{"enabled":true}""");
        await PassesEverywhereAsync(key);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_on_the_next_call_and_for_ever()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"revoked","kind":"production"}""");
        await PassesEverywhereAsync(key);
        await bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/revoke");
        await RefusedEverywhereAsync(key, 401, "revoked_api_key");
        (await bed.RecordAsync(await ChatAsync("x-api-key", key))).KeyId.ShouldBe(id);
    }

    [Fact]
    public async Task An_expired_key_is_refused_from_that_moment_on()
    {
        var (key, _) = await bed.NewKeyAsync($$"""{"name":"short","kind":"production","expiresAt":"{{bed.Clock.GetUtcNow().AddMinutes(10):yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""");
        await PassesEverywhereAsync(key);
        bed.Clock.Advance(TimeSpan.FromMinutes(11));
        await RefusedEverywhereAsync(key, 401, "expired_api_key");
        (await ChatAsync("x-api-key", key)).Error.GetProperty("message").GetString()!.ShouldContain("UTC");
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_work_until_the_overlap_ends()
    {
        var (old, id) = await bed.NewKeyAsync("""{"name":"rotated","kind":"production"}""");
        var made = (await bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/rotate", """{"overlapSeconds":600}""")).GetProperty("key").GetString()!;
        bed.Watch(made);
        await PassesEverywhereAsync(old);
        await PassesEverywhereAsync(made);
        (await bed.RecordAsync(await ChatAsync("api-key", made))).KeyId.ShouldBe(id);
        bed.Clock.Advance(TimeSpan.FromSeconds(601));
        await RefusedEverywhereAsync(old, 401, "expired_api_key");
        await PassesEverywhereAsync(made);
        var last = (await bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/rotate", """{"overlapSeconds":0}""")).GetProperty("key").GetString()!;
        bed.Watch(last);
        await RefusedEverywhereAsync(made, 401, "expired_api_key");
        await PassesEverywhereAsync(last);
    }

    [Fact]
    public async Task Outside_its_scope_a_key_lacks_permission()
    {
        var (key, _) = await bed.NewKeyAsync("""{"name":"scoped","kind":"production","scope":{"routes":["POST /v1/chat/completions"],"models":["m*"]}}""");
        await PassesEverywhereAsync(key);
        foreach (var (path, method, body, param) in ((string, HttpMethod, string?, string?)[])
        [
            ("/v1/chat/completions", HttpMethod.Post, GatewayBed.ChatBody("alias"), "model"),
            ("/chat/completions", HttpMethod.Post, GatewayBed.ChatBody("alias"), "model"),
            ("/v1/chat/completions", HttpMethod.Post, GatewayBed.ChatBody("M"), "model"),
            ("/v1/embeddings", HttpMethod.Post, """{"model":"m","input":"x"}""", null),
            ("/embeddings", HttpMethod.Post, """{"model":"m","input":"x"}""", null),
            ("/v1/completions", HttpMethod.Post, """{"model":"m","prompt":"x"}""", null),
            ("/beta/completions", HttpMethod.Post, """{"model":"m","prompt":"x"}""", null),
            ("/v1/images/generations", HttpMethod.Post, """{"model":"m","prompt":"x"}""", null),
            ("/v1/models", HttpMethod.Get, null, null),
            ("/v1/models/m", HttpMethod.Get, null, null),
            ("/user/balance", HttpMethod.Get, null, null),
        ])
        {
            var answer = (await bed.SendAsync(method, path, body, key)).ShouldBeRefused(401, "missing_permission");
            answer.Error.GetProperty("param").GetString().ShouldBe(param);
            (await bed.RecordAsync(answer)).StoppedBy.ShouldBe("CheckPermission");
        }
        (await bed.SendAsync(HttpMethod.Post, "/beta/chat/completions", GatewayBed.ChatBody(), key)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_key_sees_the_models_of_its_scope_only()
    {
        var (key, _) = await bed.NewKeyAsync("""{"name":"scoped","kind":"production","scope":{"models":["ali*"]}}""");
        var models = await bed.SendAsync(HttpMethod.Get, "/v1/models", key: key);
        models.Json.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()).ShouldBe(["alias"]);
        (await bed.SendAsync(HttpMethod.Get, "/v1/models/m", key: key)).ShouldBeRefused(404, "model_not_found");
        (await bed.SendAsync(HttpMethod.Get, "/v1/models/alias", key: key)).Json.GetProperty("id").GetString().ShouldBe("alias");
    }

    [Theory]
    [InlineData("127.0.0.1", true), InlineData("127.0.0.0/8", true), InlineData("0.0.0.0/0", true), InlineData("::ffff:127.0.0.1", true),
     InlineData("10.0.0.0/8", false), InlineData("::1", false), InlineData("::/0", false), InlineData("2001:db8::/32", false), InlineData("127.0.0.2/32", false)]
    public async Task An_address_off_the_list_is_403_at_every_position(string network, bool allowed)
    {
        var (key, id) = await bed.NewKeyAsync($$"""{"name":"fenced","kind":"production","allowedNetworks":["{{network}}"]}""");
        if (allowed)
        {
            await PassesEverywhereAsync(key);
            return;
        }
        await RefusedEverywhereAsync(key, 403, "ip_not_allowed", "CheckNetwork");
        // Without a trusted proxy no header moves the caller onto the list.
        foreach (var header in (string[])["X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP"])
            (await ChatAsync("x-api-key", key, r => r.Headers.TryAddWithoutValidation(header, "10.0.0.1"))).ShouldBeRefused(403, "ip_not_allowed").Error.GetProperty("message").GetString()!.ShouldContain("127.0.0.1");
        (await bed.SendAsync(HttpMethod.Get, "/v1/models", key: key)).ShouldBeRefused(403, "ip_not_allowed");
        (await bed.RecordAsync(await ChatAsync("api-key", key))).ClientIp.ShouldBe("127.0.0.1");
        await bed.Server.ManageAsync(HttpMethod.Patch, $"/api/v1/keys/{id}", """{"allowedNetworks":["127.0.0.1"]}""");
        await PassesEverywhereAsync(key);
    }

    public sealed class Bed : GatewayBed
    {
        // The gateway's deadlines run on it too, so it is only ever moved by minutes, between calls.
        public FakeTimeProvider Clock { get; } = new(DateTimeOffset.Parse("2026-06-01T08:00:00Z", System.Globalization.CultureInfo.InvariantCulture));

        protected override SluiceServerOptions Options() => base.Options() with { Time = Clock };
    }
}

/// <summary>The same list before a listener that has IPv6, and behind a proxy.</summary>
public sealed class CallerNetworkTests
{
    [Theory]
    [InlineData("203.0.113.0/24", "203.0.113.7", 200), InlineData("203.0.113.0/24", "198.51.100.7, 203.0.113.7", 200), InlineData("203.0.113.0/24", "203.0.113.7, 198.51.100.7", 403),
     InlineData("2001:db8::/32", "2001:db8::1", 200), InlineData("2001:db8::/32", "203.0.113.7", 403), InlineData("203.0.113.7", "::ffff:203.0.113.7", 200), InlineData("203.0.113.7", "", 403)]
    public async Task Behind_a_trusted_proxy_the_address_it_saw_counts(string network, string forwarded, int status)
    {
        await using var upstream = FakeUpstream.Start();
        var options = new SluiceServerOptions().With(upstream);
        options.Settings["Sluice:TrustedProxies:0"] = "127.0.0.1";
        await using var server = await SluiceServer.StartAsync(options);
        var (key, _) = await server.CreateKeyAsync($$"""{"name":"fenced","kind":"production","allowedNetworks":["{{network}}"]}""");
        using var client = server.NewClient(key);
        if (forwarded.Length > 0) client.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
        using var answer = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), SluiceServer.Json(GatewayBed.ChatBody()), TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(status);
    }
}
