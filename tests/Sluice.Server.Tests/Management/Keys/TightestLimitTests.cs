using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Keys;

public class TightestLimitTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task The_key_with_the_largest_share_taken_comes_first_and_those_without_a_limit_or_off_not_at_all()
    {
        // Each of them made 7 calls today.
        var wide = await UsedAsync("""{"name":"wide","kind":"test","limits":{"callsPerDay":400}}""");
        var tight = await UsedAsync("""{"name":"tight","kind":"test","limits":{"callsPerDay":10}}""");
        await UsedAsync("""{"name":"none","kind":"production","limits":{"callsPerDay":null}}""");
        var off = await UsedAsync("""{"name":"off","kind":"test","limits":{"callsPerDay":8}}""");
        (await server.SendAsync("POST", $"/api/v1/keys/{off}/disable")).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        await server.CreateKeyAsync("""{"name":"never used","kind":"test","limits":{"callsPerDay":7}}""");

        var limits = (await server.SendAsync("GET", "/api/v1/limits")).Json.GetProperty("data").EnumerateArray().ToList();
        limits.Select(l => l.GetProperty("keyId").GetString()).ShouldBe([tight, wide]);
        limits[0].GetProperty("keyName").GetString().ShouldBe("tight");
        var level = limits[0].GetProperty("limit");
        (level.GetProperty("used").GetInt64(), level.GetProperty("remaining").GetInt64(), level.GetProperty("source").GetString()).ShouldBe((7, 3, "key"));
        (await server.SendAsync("GET", "/api/v1/limits?limit=1")).Json.GetProperty("data").GetArrayLength().ShouldBe(1);
        (await server.SendAsync("GET", "/api/v1/limits", token: server.OtherToken)).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        (await server.SendAsync("GET", $"/api/v1/limits?projectId={ManagementServer.ProjectB}")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=21", "limit")]
    [InlineData("key=x", "key")]
    public async Task A_wrong_question_is_refused_by_name(string query, string field) =>
        (await server.SendAsync("GET", "/api/v1/limits?" + query)).Fields.ShouldBe([field]);

    private async Task<string> UsedAsync(string body)
    {
        var id = (await server.CreateKeyAsync(body)).Id;
        await using var db = server.Database.CreateContext();
        db.KeyUses.Add(new KeyUseRow { KeyId = id, OrganisationId = ManagementServer.OrganisationA, LastUsedAtMs = server.Time.GetUtcNow().ToUnixTimeMilliseconds(), LastIp = "203.0.113.7", Calls = 1 });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return id;
    }
}
