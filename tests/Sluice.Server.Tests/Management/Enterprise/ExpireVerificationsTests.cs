using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Management.Enterprise;

namespace Sluice.Server.Tests.Management.Enterprise;

/// <summary>A verification ends in time, people know beforehand, and what came with the tier goes with it.</summary>
public sealed class ExpireVerificationsTests : IAsyncLifetime
{
    private readonly ManagementServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task People_are_told_30_and_7_days_before_and_at_the_end_once_each()
    {
        var (organisation, owner, application) = await VerifiedAsync("2030-04-01T00:00:00Z");
        foreach (var (at, told) in new[]
        {
            ("2030-03-01T23:59:59Z", ""), ("2030-03-02T00:00:00Z", "verification_ends_soon"), ("2030-03-24T23:59:59Z", "verification_ends_soon"),
            ("2030-03-25T00:00:00Z", "verification_ends_soon verification_ends_soon"), ("2030-03-31T23:59:59Z", "verification_ends_soon verification_ends_soon"),
            ("2030-04-01T00:00:00Z", "verification_ends_soon verification_ends_soon verification_expired"), ("2030-05-01T00:00:00Z", "verification_ends_soon verification_ends_soon verification_expired"),
        })
        {
            await RunAtAsync(at);
            await RunAtAsync(at);
            (await _server.ToldAsync(owner.AccountId, application)).Replace("verification_approved", "", StringComparison.Ordinal).Trim().ShouldBe(told, at);
            (await TierAsync(organisation)).ShouldBe(told.EndsWith("expired", StringComparison.Ordinal) ? "personal" : "enterprise", at);
        }

        (await _server.AuditedAsync(organisation, application)).Where(e => e.Actor == "system").Select(e => e.Action).ShouldBe(["verification.expire"]);
        _server.Changes.Seen.Count(c => c == organisation).ShouldBe(2);
        (await _server.QueryAsync(db => db.EnterpriseApplications.Where(e => e.Id == application).Select(e => e.Status).SingleAsync())).ShouldBe("expired");
        (await _server.QueryAsync(db => db.Organisations.Where(o => o.Id == organisation).Select(o => o.VerifiedUntilMs).SingleAsync())).ShouldBeNull();
    }

    [Fact]
    public async Task A_short_verification_is_told_of_once()
    {
        var (_, owner, application) = await VerifiedAsync("2030-02-04T00:00:00Z");
        await RunAtAsync("2030-01-31T13:00:00Z");
        await RunAtAsync("2030-02-03T00:00:00Z");
        (await _server.ToldAsync(owner.AccountId, application)).ShouldBe("verification_approved verification_ends_soon");
    }

    [Fact]
    public async Task A_verification_that_was_renewed_does_not_end()
    {
        var (organisation, owner, first) = await VerifiedAsync("2030-02-10T00:00:00Z");
        var second = await _server.ApplyForEnterpriseAsync(owner.Token, ("previousId", first));
        await _server.SendAsync("POST", $"/api/v1/reviews/enterprise/{second}/approve", """{"validUntil":"2031-02-10T00:00:00Z"}""");
        await RunAtAsync("2030-02-11T00:00:00Z");
        (await TierAsync(organisation)).ShouldBe("enterprise");
        await RunAtAsync("2031-02-11T00:00:00Z");
        (await TierAsync(organisation)).ShouldBe("personal");
    }

    [Fact]
    public async Task Keys_fall_back_to_what_the_tier_before_allows_but_for_what_the_operator_approved()
    {
        var (organisation, owner, _) = await VerifiedAsync("2030-04-01T00:00:00Z");
        var large = await KeyAsync("""{"name":"large","kind":"production","limits":{"callsPerDay":100000,"requestsPerMinute":1000,"tokensPerMinute":100,"concurrency":10}}""");
        var small = await KeyAsync("""{"name":"small","kind":"test","limits":{"callsPerDay":2000,"requestsPerMinute":60,"tokensPerMinute":200000,"concurrency":1}}""");
        var approved = await KeyAsync("""{"name":"approved","kind":"test","limits":{"callsPerDay":10000,"requestsPerMinute":1,"tokensPerMinute":1,"concurrency":1}}""");
        var byTheirOwn = await KeyAsync("""{"name":"their own","kind":"test","limits":{"callsPerDay":10000,"requestsPerMinute":1,"tokensPerMinute":1,"concurrency":1}}""");
        var admin = await _server.AddPersonAsync(organisation, "role_admin");
        await ApproveAsync(approved, _server.OwnToken);
        await ApproveAsync(byTheirOwn, admin.Token);
        var seen = _server.Changes.Seen.Count;

        await RunAtAsync("2030-04-01T00:00:00Z");
        (await LimitsAsync(large)).ShouldBe((2000, 60, 100, 10));
        (await LimitsAsync(small)).ShouldBe((2000, 60, 200_000, 1));
        (await LimitsAsync(approved)).ShouldBe((50_000, 1, 1, 1));
        (await LimitsAsync(byTheirOwn)).ShouldBe((2000, 1, 1, 1));
        _server.Changes.Seen.Skip(seen).ShouldBe([organisation, large, byTheirOwn], ignoreOrder: true);
        (await _server.AuditedAsync(organisation, large)).Last().ShouldSatisfyAllConditions(e => e.Action.ShouldBe("key.update"), e => e.Actor.ShouldBe("system"), e => e.Detail.ShouldContain("\"limits.callsPerDay\":2000"));

        async Task<string> KeyAsync(string body)
        {
            var reply = await _server.SendAsync("POST", "/api/v1/keys", body, owner.Token);
            ((int)reply.Status).ShouldBe(201, reply.Text);
            return reply.Id;
        }

        async Task ApproveAsync(string key, string token)
        {
            var application = await _server.ApplyForQuotaAsync(key, owner.Token, ("requestedValue", 50_000), ("temporary", false), ("until", Applications.Absent));
            ((int)(await _server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: token)).Status).ShouldBe(200);
        }
    }

    private async Task<(string Organisation, Person Owner, string Application)> VerifiedAsync(string until)
    {
        var (organisation, owner) = await _server.AddOrganisationAsync();
        var application = await _server.ApplyForEnterpriseAsync(owner.Token);
        var reply = await _server.SendAsync("POST", $"/api/v1/reviews/enterprise/{application}/approve", $$"""{"validUntil":"{{until}}"}""");
        ((int)reply.Status).ShouldBe(200, reply.Text);
        return (organisation, owner, application);
    }

    private Task RunAtAsync(string instant)
    {
        _server.Time.SetUtcNow(DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture));
        return _server.Services.GetRequiredService<ExpireVerifications>().RunOnceAsync(TestContext.Current.CancellationToken);
    }

    private Task<string> TierAsync(string organisation) => _server.QueryAsync(db => db.Organisations.Where(o => o.Id == organisation).Select(o => o.Tier).SingleAsync());

    private Task<(long?, long?, long?, int?)> LimitsAsync(string keyId) => _server.QueryAsync(async db =>
    {
        var key = await db.Keys.SingleAsync(k => k.Id == keyId);
        return (key.CallsPerDay, key.RequestsPerMinute, key.TokensPerMinute, key.Concurrency);
    });
}
