using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Keys;

public class KeyLimitUseTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task Each_limit_says_what_is_taken_what_is_left_and_where_it_comes_from()
    {
        var tier = await server.QueryAsync(db => db.Tiers.OrderBy(t => t.Rank).FirstAsync(TestContext.Current.CancellationToken));
        var key = (await server.CreateKeyAsync("""{"name":"limits","kind":"test","limits":{"requestsPerMinute":60}}""")).Id;
        var limits = await LimitsAsync(key);
        Text(limits, "callsPerDay").ShouldBe($"{tier.TestCallsPerDay} 7 {tier.TestCallsPerDay - 7} tier");
        Text(limits, "requestsPerMinute").ShouldBe("60 0 60 key");
        Text(limits, "tokensPerMinute").ShouldBe("   ");
    }

    [Fact]
    public async Task A_grant_that_has_begun_raises_the_limit_and_says_until_when()
    {
        var key = (await server.CreateKeyAsync("""{"name":"granted","kind":"test","limits":{"requestsPerMinute":60,"tokensPerMinute":100}}""")).Id;
        var now = server.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await using (var db = server.Database.CreateContext())
        {
            QuotaGrantRow Grant(string limit, long value, long from, long until, long? ended = null) => new()
            {
                Id = ObjectId.New(ObjectId.QuotaGrant, server.Time.GetUtcNow()), OrganisationId = ManagementServer.OrganisationA, KeyId = key, ApplicationId = "qap_x", LimitKind = limit, Value = value, FromMs = from,
                UntilMs = until, EndedAtMs = ended, CreatedAtMs = now,
            };
            db.QuotaApplications.Add(new QuotaApplicationRow
            {
                Id = "qap_x", OrganisationId = ManagementServer.OrganisationA, ProjectId = ManagementServer.ProjectA, KeyId = key, LimitKind = "requestsPerMinute", RequestedValue = 500, Temporary = true, Scenario = "s",
                ExpectedVolume = "v", Status = "approved", ApplicantId = "acc_0", CreatedAtMs = now, UpdatedAtMs = now,
            });
            db.QuotaGrants.AddRange(Grant("requestsPerMinute", 500, now, now + 1000), Grant("requestsPerMinute", 400, now, now + 9000), Grant("requestsPerMinute", 900, now + 1, now + 1000),
                Grant("requestsPerMinute", 900, now - 1, now + 1000, ended: now), Grant("tokensPerMinute", 50, now, now + 1000));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var limits = await LimitsAsync(key);
        Text(limits, "requestsPerMinute").ShouldBe("500 0 500 grant");
        var granted = limits.Single(l => l.GetProperty("name").GetString() == "requestsPerMinute");
        granted.GetProperty("grantedUntil").GetDateTimeOffset().ToUnixTimeMilliseconds().ShouldBe(now + 1000);
        granted.GetProperty("withoutGrant").GetInt64().ShouldBe(60);
        Text(limits, "tokensPerMinute").ShouldBe("100 0 100 key");
    }

    private async Task<List<JsonElement>> LimitsAsync(string key) => [.. (await server.SendAsync("GET", $"/api/v1/keys/{key}/limits")).Json.GetProperty("limits").EnumerateArray()];

    private static string Text(IEnumerable<JsonElement> limits, string name)
    {
        var limit = limits.Single(l => l.GetProperty("name").GetString() == name);
        return string.Join(' ', new[] { "limit", "used", "remaining", "source" }.Select(m => limit.GetProperty(m).ToString()));
    }
}
