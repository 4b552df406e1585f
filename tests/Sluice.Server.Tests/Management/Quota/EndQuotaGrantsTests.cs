using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Management.Quota;

namespace Sluice.Server.Tests.Management.Quota;

/// <summary>A grant ends by the clock; what is left to do is done once.</summary>
public sealed class EndQuotaGrantsTests : IAsyncLifetime
{
    private const string B = ManagementServer.OrganisationB;
    private readonly ManagementServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task RunAsync() => _server.Services.GetRequiredService<EndQuotaGrants>().RunOnceAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task People_are_told_a_day_before_and_at_the_end_once_each()
    {
        var (owner, key, grant) = await GrantAsync("2030-02-10T00:00:00Z");
        await MoveToAsync("2030-02-08T23:59:59Z");
        await RunAsync();
        (await _server.ToldAsync(owner.AccountId, grant)).ShouldBe("");
        await MoveToAsync("2030-02-09T00:00:00Z");
        await RunAsync();
        await RunAsync();
        (await _server.ToldAsync(owner.AccountId, grant)).ShouldBe("quota_ends_soon");
        (await _server.QueryAsync(db => db.Outbox.CountAsync(m => m.AccountId == owner.AccountId && m.Kind == "grant_ends_soon"))).ShouldBe(1);
        (await _server.AuditedAsync(B, grant)).ShouldBeEmpty();

        await MoveToAsync("2030-02-10T00:00:00Z");
        (await _server.SendAsync("GET", $"/api/v1/quota-grants?keyId={key}", token: _server.OtherToken)).Json.GetProperty("data")[0].GetProperty("status").GetString().ShouldBe("ended");
        var seen = _server.Changes.Seen.Count;
        await RunAsync();
        await RunAsync();
        (await _server.ToldAsync(owner.AccountId, grant)).ShouldBe("quota_ended quota_ends_soon");
        (await _server.AuditedAsync(B, grant)).Select(a => (a.Action, a.Actor)).ShouldBe([("quota.end", "system")]);
        _server.Changes.Seen.Skip(seen).ShouldBe([key]);
        (await _server.QueryAsync(db => db.QuotaGrants.Where(g => g.Id == grant).Select(g => g.EndedAtMs).SingleAsync())).ShouldBe(_server.Time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_short_grant_is_only_told_of_when_it_is_over()
    {
        var (owner, _, grant) = await GrantAsync("2030-02-02T00:00:00Z");
        await MoveToAsync("2030-02-01T12:00:00Z");
        await RunAsync();
        (await _server.ToldAsync(owner.AccountId, grant)).ShouldBe("");
        await MoveToAsync("2030-02-02T00:00:00Z");
        await RunAsync();
        (await _server.ToldAsync(owner.AccountId, grant)).ShouldBe("quota_ended");
    }

    [Fact]
    public async Task Two_runs_at_once_do_it_once()
    {
        var (owner, _, grant) = await GrantAsync("2030-02-02T00:00:00Z");
        await MoveToAsync("2030-02-03T00:00:00Z");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(RunAsync)));
        (await _server.ToldAsync(owner.AccountId, grant)).ShouldBe("quota_ended");
        (await _server.AuditedAsync(B, grant)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_application_whose_time_is_over_needs_another_end()
    {
        var developer = await _server.AddPersonAsync(B, "role_developer");
        var key = await _server.KeyOfAsync(developer);
        var application = await _server.ApplyForQuotaAsync(key, developer.Token, ("from", "2030-02-01T00:00:00Z"), ("until", "2030-02-02T00:00:00Z"));
        await MoveToAsync("2030-02-02T00:00:00Z");
        ((int)(await _server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: _server.OtherToken)).Status).ShouldBe(409);
        ((int)(await _server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", """{"until":"2030-02-03T00:00:00Z"}""", _server.OtherToken)).Status).ShouldBe(200);
        var grant = await _server.QueryAsync(db => db.QuotaGrants.SingleAsync(g => g.ApplicationId == application));
        // What has begun begins now, not in the past.
        grant.FromMs.ShouldBe(_server.Time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_grant_that_is_yet_to_begin_is_scheduled()
    {
        var developer = await _server.AddPersonAsync(B, "role_developer");
        var key = await _server.KeyOfAsync(developer);
        var application = await _server.ApplyForQuotaAsync(key, developer.Token, ("from", "2030-02-05T00:00:00Z"));
        await _server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: _server.OtherToken);
        foreach (var (at, status) in new[] { ("2030-02-04T23:59:59Z", "scheduled"), ("2030-02-05T00:00:00Z", "running"), ("2030-02-09T23:59:59Z", "running"), ("2030-02-10T00:00:00Z", "ended") })
        {
            await MoveToAsync(at);
            foreach (var asked in new[] { "scheduled", "running", "ended" })
                (await _server.SendAsync("GET", $"/api/v1/quota-grants?keyId={key}&status={asked}", token: _server.OtherToken)).Json.GetProperty("data").GetArrayLength().ShouldBe(asked == status ? 1 : 0, $"{at} {asked}");
        }
    }

    private async Task<(Person Owner, string Key, string Grant)> GrantAsync(string until)
    {
        var owner = await _server.AddPersonAsync(B, "role_developer");
        var key = await _server.KeyOfAsync(owner);
        var application = await _server.ApplyForQuotaAsync(key, owner.Token, ("until", until));
        ((int)(await _server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: _server.OtherToken)).Status).ShouldBe(200);
        return (owner, key, await _server.QueryAsync(db => db.QuotaGrants.Where(g => g.KeyId == key).Select(g => g.Id).SingleAsync()));
    }

    private Task MoveToAsync(string instant)
    {
        _server.Time.SetUtcNow(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture));
        return Task.CompletedTask;
    }
}
