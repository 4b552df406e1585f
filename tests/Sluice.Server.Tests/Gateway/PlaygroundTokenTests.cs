using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Gateway;

/// <summary>A playground's token at the public endpoints: the key's rights and limits, counted and recorded as the key's, and no longer than it should.</summary>
public sealed class PlaygroundTokenTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_calls_as_the_key_and_is_counted_and_recorded_as_the_key()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"counted","kind":"production","limits":{"callsPerDay":2},"scope":{"models":["m"]}}""");
        var (token, _) = await OpenAsync(id);
        var answer = await bed.ChatAsync(key: token);
        answer.Status.ShouldBe(200);
        answer.Header("x-ratelimit-remaining-requests-day").ShouldBe("1");
        (await bed.RecordAsync(answer)).KeyId.ShouldBe(id);
        (await bed.CallsTodayAsync(id)).ShouldBe(1);
        (await bed.ChatAsync(model: "alias", key: token)).ShouldBeRefused(401, "missing_permission");
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
        (await bed.ChatAsync(key: token)).ShouldBeRefused(429, "insufficient_quota");
    }

    [Fact]
    public async Task It_is_refused_when_its_ten_minutes_are_over_and_says_that_it_was_a_playgrounds()
    {
        var (_, id) = await bed.NewKeyAsync("""{"name":"ends","kind":"production"}""");
        var (token, _) = await OpenAsync(id);
        (await bed.ChatAsync(key: token)).Status.ShouldBe(200);
        await bed.Server.ChangeAsync("key", id, db => db.KeyCredentials.Where(c => c.KeyId == id && c.Purpose == "playground").ExecuteUpdateAsync(s => s.SetProperty(c => c.ExpiresAtMs, 1), Token));
        (await bed.ChatAsync(key: token)).ShouldBeRefused(401, "expired_api_key").Error.GetProperty("message").GetString()!.ShouldContain("playground");
    }

    [Fact]
    public async Task It_is_refused_at_once_when_it_is_ended()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"ended","kind":"production"}""");
        var (token, session) = await OpenAsync(id);
        (await bed.ChatAsync(key: token)).Status.ShouldBe(200);
        await bed.Server.ManageAsync(HttpMethod.Delete, "/api/v1/playground-sessions/" + session);
        (await bed.ChatAsync(key: token)).ShouldBeRefused(401, "expired_api_key");
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("revoke", "revoked_api_key")]
    [InlineData("disable", "disabled_api_key")]
    public async Task It_ends_with_its_key(string how, string code)
    {
        var (_, id) = await bed.NewKeyAsync("""{"name":"gone","kind":"production"}""");
        var (token, _) = await OpenAsync(id);
        await bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/{how}");
        (await bed.ChatAsync(key: token)).ShouldBeRefused(401, code);
    }

    [Fact]
    public async Task It_is_refused_when_the_keys_owner_may_no_longer_call()
    {
        var (_, id) = await bed.NewKeyAsync("""{"name":"owned","kind":"production"}""");
        var owner = await bed.Server.GiveOwnerAsync(id, "role_developer");
        var (token, _) = await OpenAsync(id);
        (await bed.ChatAsync(key: token)).Status.ShouldBe(200);
        await bed.Server.ChangeAsync("owner", owner, db => db.Assignments.Where(a => a.AccountId == owner).ExecuteUpdateAsync(s => s.SetProperty(a => a.RoleId, "role_billing"), Token));
        (await bed.ChatAsync(key: token)).ShouldBeRefused(401, "missing_permission");
    }

    [Fact]
    public async Task It_must_be_signed_like_any_call_once_its_key_asks_for_that()
    {
        var (_, id) = await bed.NewKeyAsync("""{"name":"signs later","kind":"production"}""");
        var (token, _) = await OpenAsync(id);
        await bed.Server.SetSigningAsync(id, "secret");
        (await bed.ChatAsync(key: token)).ShouldBeRefused(401, "signature_required");
    }

    private async Task<(string Token, string Session)> OpenAsync(string keyId)
    {
        var opened = await bed.Server.ManageAsync(HttpMethod.Post, "/api/v1/playground-sessions", $$"""{"keyId":"{{keyId}}"}""");
        var token = opened.GetProperty("token").GetString()!;
        bed.Watch(token);
        return (token, opened.GetProperty("id").GetString()!);
    }
}
