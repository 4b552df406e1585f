using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Records;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Usage;

/// <summary>What the operation answers; the roll-ups themselves are held against the records in UsageContract.</summary>
public sealed class UsageTests : IAsyncLifetime
{
    private readonly ManagementServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_last_day_is_shown_by_the_hour_with_all_its_measures()
    {
        await AddAsync(TimeSpan.FromHours(-1));
        await AddAsync(TimeSpan.FromHours(-1), r => (r.Status, r.ErrorCode, r.State) = (429, "rate_limit_exceeded", CallState.Refused));
        await AddAsync(TimeSpan.FromDays(-3));
        var usage = await GetAsync("");
        usage.GetProperty("interval").GetString().ShouldBe("hour");
        usage.GetProperty("timeZone").GetString().ShouldBe("Asia/Shanghai");
        usage.GetProperty("starts").GetArrayLength().ShouldBe(24);
        var totals = usage.GetProperty("totals");
        (Long(totals, "calls"), Long(totals, "ok"), Long(totals, "rateLimited"), Long(totals, "clientErrors")).ShouldBe((2, 1, 1, 0));
        totals.GetProperty("successRate").GetDouble().ShouldBe(0.5);
        Long(totals.GetProperty("tokens"), "prompt").ShouldBe(6);
        Long(totals.GetProperty("latency"), "mean").ShouldBe(200);
        Long(totals.GetProperty("latency"), "p50").ShouldBeInRange(188, 213);
        usage.GetProperty("errorCodes").EnumerateArray().Select(e => (e.GetProperty("code").GetString(), Long(e, "count"))).ShouldBe([("rate_limit_exceeded", 1L)]);
        var points = usage.GetProperty("series")[0].GetProperty("points").EnumerateArray().ToList();
        points.Count.ShouldBe(24);
        points.Count(p => p.ValueKind is not JsonValueKind.Null).ShouldBe(1);
    }

    [Fact]
    public async Task The_period_before_is_of_the_same_length_and_ends_where_the_span_begins()
    {
        await AddAsync(TimeSpan.FromMinutes(-30));
        await AddAsync(TimeSpan.FromMinutes(-90));
        await AddAsync(TimeSpan.FromMinutes(-150));
        var usage = await GetAsync($"?compare=previous&from={At(TimeSpan.FromHours(-1))}");
        usage.GetProperty("interval").GetString().ShouldBe("minute");
        Long(usage.GetProperty("totals"), "calls").ShouldBe(1);
        var before = usage.GetProperty("previous");
        Long(before.GetProperty("totals"), "calls").ShouldBe(1);
        before.GetProperty("to").GetDateTimeOffset().ShouldBe(usage.GetProperty("from").GetDateTimeOffset());
        (before.GetProperty("to").GetDateTimeOffset() - before.GetProperty("from").GetDateTimeOffset()).ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Groups_are_the_largest_with_their_names_and_the_rest_as_one()
    {
        for (var key = 0; key < 4; key++)
        {
            for (var calls = 0; calls <= key; calls++)
                await AddAsync(TimeSpan.FromHours(-1), r => r.KeyId = key == 3 ? "key_data" : $"key_{key}");
        }

        var series = (await GetAsync("?groupBy=key&top=2")).GetProperty("series").EnumerateArray().ToList();
        series.Select(s => (s.GetProperty("id").GetString(), s.GetProperty("name").GetString(), s.GetProperty("other").GetBoolean(), Long(s.GetProperty("totals"), "calls")))
            .ShouldBe([("key_data", "data", false, 4), ("key_2", null, false, 3), (null, null, true, 3)]);
        (await GetAsync("?groupBy=key&keyId=key_0,key_1")).GetProperty("series").GetArrayLength().ShouldBe(2);
        Names(await GetAsync("?groupBy=model")).ShouldBe(["deepseek-chat"]);
        Names(await GetAsync("?groupBy=project")).ShouldBe(["Default"]);
        Names(await GetAsync("?groupBy=status")).ShouldBe(["ok"]);
        Names(await GetAsync("?groupBy=upstream")).ShouldBe([null]);
        (await GetAsync("?model=deepseek-chat")).GetProperty("errorCodes").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("Asia/Shanghai", "2030-01-20T00:00:00Z")]
    // Across the end of summer time.
    [InlineData("Europe/Berlin", "2029-10-20T00:00:00Z")]
    public async Task Days_hold_what_began_in_them_by_the_clock_of_the_organisation(string zone, string from)
    {
        await using (var db = _server.Database.CreateContext())
            await db.Organisations.Where(o => o.Id == ManagementServer.OrganisationA).ExecuteUpdateAsync(o => o.SetProperty(x => x.TimeZone, zone), TestContext.Current.CancellationToken);
        var begin = DateTimeOffset.Parse(from, System.Globalization.CultureInfo.InvariantCulture);
        var calls = Enumerable.Range(0, 12 * 24).Select(hour => begin.AddHours(hour).AddMinutes(59)).Where(at => at < _server.Time.GetUtcNow()).ToList();
        foreach (var at in calls)
            await AddAsync(at - _server.Time.GetUtcNow());
        foreach (var groupBy in new[] { "none", "key" })
        {
            var usage = await GetAsync($"?interval=day&groupBy={groupBy}&from={from}&to={begin.AddDays(11):yyyy-MM-ddTHH:mm:ssZ}");
            var starts = usage.GetProperty("starts").EnumerateArray().Select(s => s.GetDateTimeOffset()).Append(usage.GetProperty("to").GetDateTimeOffset()).ToList();
            usage.GetProperty("series")[0].GetProperty("points").EnumerateArray().Select(p => Long(p, "calls")).ShouldBe(starts.Zip(starts.Skip(1)).Select(day => (long)calls.Count(at => at >= day.First && at < day.Second)));
        }
    }

    [Fact]
    public async Task Members_are_who_owns_the_keys_now()
    {
        var owner = await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_developer");
        await using (var db = _server.Database.CreateContext())
        {
            foreach (var key in new[] { "key_m1", "key_m2" })
                db.Keys.Add(new KeyRow { Id = key, OrganisationId = ManagementServer.OrganisationA, ProjectId = ManagementServer.ProjectA, Name = key, NameFolded = key, Kind = "test", Enabled = true, OwnerId = owner.AccountId, ScopeRoutes = "[]", ScopeModels = "[]", AllowedNetworks = "[]", CreatedAtMs = 1, UpdatedAtMs = 1 });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        foreach (var key in new[] { "key_m1", "key_m2", "key_data" })
            await AddAsync(TimeSpan.FromHours(-1), r => r.KeyId = key);
        var series = (await GetAsync("?groupBy=member")).GetProperty("series").EnumerateArray().Select(s => (s.GetProperty("id").GetString(), Long(s.GetProperty("totals"), "calls"), Points(s))).ToList();
        series.ShouldBe([(owner.AccountId, 2L, 2L), (null, 1L, 1L)]);
        (await GetAsync("?groupBy=member&top=1")).GetProperty("series")[1].GetProperty("other").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Nobody_sees_another_organisation_or_a_project_that_the_role_does_not_reach()
    {
        await AddAsync(TimeSpan.FromHours(-1));
        await AddAsync(TimeSpan.FromHours(-1), r => r.ProjectId = "prj_a1");
        await AddAsync(TimeSpan.FromHours(-1), r => (r.OrganisationId, r.ProjectId) = (ManagementServer.OrganisationB, ManagementServer.ProjectB));
        var limited = await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_developer", ManagementServer.ProjectA);
        Long((await GetAsync("")).GetProperty("totals"), "calls").ShouldBe(2);
        Long((await GetAsync("", limited.Token)).GetProperty("totals"), "calls").ShouldBe(1);
        Names(await GetAsync("?groupBy=project", limited.Token)).ShouldBe(["Default"]);
        Long((await GetAsync("?projectId=prj_a1", limited.Token)).GetProperty("totals"), "calls").ShouldBe(0);
        Long((await GetAsync($"?projectId={ManagementServer.ProjectB}")).GetProperty("totals"), "calls").ShouldBe(0);
        Long((await GetAsync("", _server.OtherToken)).GetProperty("totals"), "calls").ShouldBe(1);
    }

    [Fact]
    public async Task A_table_says_the_same_as_the_answer()
    {
        await AddAsync(TimeSpan.FromHours(-1), r => (r.CostNano, r.Currency, r.ModelUsed) = (1_500_000_000, "CNY", "=m,1"));
        var reply = await _server.SendAsync("GET", "/api/v1/usage?groupBy=model&format=csv");
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        reply.MediaType.ShouldBe("text/csv");
        var lines = reply.Text.TrimEnd().Split("\r\n");
        lines.Length.ShouldBe(2);
        lines[1].ShouldBe("2030-01-31T11:00:00Z,\"'=m,1\",\"'=m,1\",false,1,1,0,0,0,3,0,4,0,0,1.5,CNY,189,189,189,105,105");
    }

    [Theory]
    [InlineData("?from=2030-02-01T00:00:00Z", "from")]
    [InlineData("?from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z", "from")]
    [InlineData("?from=2020-01-01T00:00:00Z", "from")]
    [InlineData("?groupBy=tag", "groupBy")]
    [InlineData("?interval=second", "interval")]
    [InlineData("?top=0", "top")]
    [InlineData("?keyId=,", "keyId")]
    public async Task A_wrong_question_is_refused_by_name(string query, string field)
    {
        var reply = await _server.SendAsync("GET", "/api/v1/usage" + query);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.ShouldContain(field);
    }

    private Task<string> AddAsync(TimeSpan ago, Action<RequestRecord>? with = null) => StorageParts.AddRecordAsync(_server, ManagementServer.OrganisationA, record =>
    {
        var at = _server.Time.GetUtcNow() + ago;
        (record.RequestId, record.StartedAtMs) = (ObjectId.New("req", at), at.ToUnixTimeMilliseconds());
        with?.Invoke(record);
    });

    private async Task<JsonElement> GetAsync(string query, string? token = null)
    {
        var reply = await _server.SendAsync("GET", "/api/v1/usage" + query, token: token);
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text + _server.Log);
        return reply.Json;
    }

    private string At(TimeSpan ago) => (_server.Time.GetUtcNow() + ago).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    private static long Long(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    private static long Points(JsonElement series) => series.GetProperty("points").EnumerateArray().Where(p => p.ValueKind is not JsonValueKind.Null).Sum(p => Long(p, "calls"));

    private static IEnumerable<string?> Names(JsonElement usage) => usage.GetProperty("series").EnumerateArray().Select(s => s.GetProperty("name").GetString());
}
