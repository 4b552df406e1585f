using System.Text.Json;

namespace Sluice.Server.Tests.Management.Organisations;

public class LogWindowTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task Days_beyond_the_window_are_cut_off_and_it_is_said()
    {
        var founded = await Founded.NewAsync(server);
        var (fresh, old) = (await RecordAsync(founded, 6.9), await RecordAsync(founded, 7.1));
        var engineer = await founded.AddAsync("role_ai_engineer");
        var asked = server.Time.GetUtcNow().AddDays(-8).ToString("yyyy-MM-ddTHH:mm:ssZ");
        foreach (var query in new[] { "", $"?from={asked}" })
        {
            var page = (await founded.DoAsync(200, "GET", "/requests" + query, by: engineer)).Json;
            Ids(page).ShouldBe([fresh]);
            var window = page.GetProperty("window");
            window.GetProperty("days").GetInt32().ShouldBe(7);
            window.GetProperty("from").GetDateTimeOffset().ShouldBe(server.Time.GetUtcNow().AddDays(-7));
            window.GetProperty("bodies").GetBoolean().ShouldBeFalse();
            window.GetProperty("message").GetString()!.ShouldContain("last 7 days");
        }

        var inside = (await founded.DoAsync(200, "GET", $"/requests?from={server.Time.GetUtcNow().AddDays(-6):yyyy-MM-ddTHH:mm:ssZ}", by: engineer)).Json;
        inside.GetProperty("window").GetProperty("message").ValueKind.ShouldBe(JsonValueKind.Null);
        var owner = (await founded.DoAsync(200, "GET", "/requests")).Json;
        Ids(owner).ShouldBe([fresh, old], ignoreOrder: true);
        owner.GetProperty("window").GetProperty("days").ValueKind.ShouldBe(JsonValueKind.Null);
        owner.GetProperty("window").GetProperty("bodies").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_call_too_old_for_the_caller_cannot_be_told_from_none()
    {
        var founded = await Founded.NewAsync(server);
        var (fresh, old) = (await RecordAsync(founded, 1), await RecordAsync(founded, 8));
        var engineer = await founded.AddAsync("role_ai_engineer");
        await founded.DoAsync(200, "GET", "/requests/" + fresh, by: engineer);
        var hidden = await founded.SendAsync("GET", "/requests/" + old, by: engineer);
        ((int)hidden.Status).ShouldBe(404);
        hidden.Text.ShouldContain("7 days");
        hidden.WithoutRequestId.ShouldBe((await founded.SendAsync("GET", "/requests/req_00000000000000000000000000", by: engineer)).WithoutRequestId);
        await founded.DoAsync(200, "GET", "/requests/" + old);
    }

    [Fact]
    public async Task Only_calls_of_the_projects_that_a_role_was_given_in_are_seen_each_as_far_back_as_it_says()
    {
        var founded = await Founded.NewAsync(server);
        var (two, three) = (await founded.ProjectAsync("two"), await founded.ProjectAsync("three"));
        var member = await founded.AddAsync("role_ai_engineer", founded.ProjectId);
        await founded.AssignAsync(member, "role_developer", two);
        var seen = new[] { await RecordAsync(founded, 6), await RecordAsync(founded, 29, two), await RecordAsync(founded, 8, two) };
        var hidden = new[] { await RecordAsync(founded, 8), await RecordAsync(founded, 31, two), await RecordAsync(founded, 1, three) };
        var page = (await founded.DoAsync(200, "GET", "/requests", by: member)).Json;
        Ids(page).ShouldBe(seen, ignoreOrder: true);
        page.GetProperty("window").GetProperty("days").GetInt32().ShouldBe(30);
        page.GetProperty("window").GetProperty("message").GetString()!.ShouldContain("fewer in some projects");
        foreach (var id in hidden)
            ((int)(await founded.SendAsync("GET", "/requests/" + id, by: member)).Status).ShouldBe(404);
        foreach (var id in seen)
            await founded.DoAsync(200, "GET", "/requests/" + id, by: member);
        (await founded.DoAsync(200, "GET", $"/requests?projectId={founded.ProjectId}", by: member)).Json.GetProperty("window").GetProperty("days").GetInt32().ShouldBe(7);
        var foreign = (await founded.DoAsync(200, "GET", $"/requests?projectId={three}", by: member)).Json;
        Ids(foreign).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_by_endpoint_error_and_class_of_status_finds_what_fits()
    {
        var founded = await Founded.NewAsync(server);
        var embedding = await RecordAsync(founded, 1, with: r => r.Endpoint = "POST /v1/embeddings");
        var refused = await RecordAsync(founded, 1, with: r => (r.Status, r.ErrorCode) = (429, "rate_limit_exceeded"));
        var failed = await RecordAsync(founded, 1, with: r => (r.Status, r.ErrorCode) = (502, "upstream_error"));
        (await FindAsync("endpoint=POST%20/v1/embeddings")).ShouldBe([embedding]);
        (await FindAsync("errorCode=upstream_error")).ShouldBe([failed]);
        (await FindAsync("statusClass=4xx")).ShouldBe([refused]);
        (await FindAsync("statusClass=5xx")).ShouldBe([failed]);
        (await FindAsync("statusClass=2xx")).ShouldBe([embedding]);
        (await founded.SendAsync("GET", "/requests?statusClass=6xx")).Fields.ShouldBe(["statusClass"]);

        async Task<IEnumerable<string>> FindAsync(string query) => Ids((await founded.DoAsync(200, "GET", "/requests?" + query)).Json);
    }

    private static IEnumerable<string> Ids(JsonElement page) => page.GetProperty("data").EnumerateArray().Select(r => r.GetProperty("id").GetString()!);

    private Task<string> RecordAsync(Founded founded, double daysAgo, string? projectId = null, Action<Sluice.Gateway.Records.RequestRecord>? with = null)
    {
        var at = server.Time.GetUtcNow().AddDays(-daysAgo);
        return StorageParts.AddRecordAsync(server, founded.Id, record =>
        {
            record.RequestId = Sluice.Server.Management.Access.ObjectId.New("req", at);
            record.StartedAtMs = at.ToUnixTimeMilliseconds();
            record.ProjectId = projectId ?? founded.ProjectId;
            with?.Invoke(record);
        });
    }
}
