using System.Net;

namespace Sluice.Server.Tests.Management;

public class RequestTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_call_is_found_by_its_id_with_times_and_tokens()
    {
        var id = await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA);
        var reply = await server.SendAsync("GET", $"/api/v1/requests/{id}");
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        reply.Json.GetProperty("state").GetString().ShouldBe("settled");
        reply.Json.GetProperty("stages")[1].GetProperty("name").GetString().ShouldBe("Authenticate");
        reply.Json.GetProperty("stages")[1].GetProperty("microseconds").GetInt64().ShouldBe(7);
        reply.Json.GetProperty("tokens").GetProperty("source").GetString().ShouldBe("reported");
    }

    [Fact]
    public async Task A_list_is_filtered_and_paged_newest_first()
    {
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
            made.Add(await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, record => record.ModelAsked = "filtered-model"));
        await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, record => record.Status = 429);
        await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationB, record => record.ModelAsked = "filtered-model");

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await server.SendAsync("GET", "/api/v1/requests?model=filtered-model&status=200&limit=2" + (cursor is null ? "" : $"&cursor={cursor}"));
            page.Status.ShouldBe(HttpStatusCode.OK, page.Text);
            seen.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(r => r.GetProperty("id").GetString()!));
            cursor = page.Json.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        seen.ShouldBe(Enumerable.Reverse(made));
    }

    [Fact]
    public async Task A_span_of_time_bounds_the_list()
    {
        await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA);
        var now = server.Time.GetUtcNow();
        (await server.SendAsync("GET", $"/api/v1/requests?to={now.AddDays(-1):yyyy-MM-ddTHH:mm:ssZ}")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        (await server.SendAsync("GET", $"/api/v1/requests?from={now.AddDays(-1):yyyy-MM-ddTHH:mm:ssZ}")).Json.GetProperty("data").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("status=99", "status")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z", "to")]
    [InlineData("organisationId=org_b", "organisationId")]
    public async Task A_wrong_filter_is_refused_by_name(string query, string field)
    {
        var reply = await server.SendAsync("GET", "/api/v1/requests?" + query);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.ShouldContain(field);
    }

    [Fact]
    public async Task One_call_says_the_names_that_belong_to_its_ids()
    {
        var id = await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA);
        var call = (await server.SendAsync("GET", $"/api/v1/requests/{id}")).Json;
        (call.GetProperty("keyName").GetString(), call.GetProperty("projectName").GetString()).ShouldBe(("data", "Default"));
    }

    [Theory]
    [InlineData("statusClass=4xx,5xx", true)]
    [InlineData("statusClass=2xx", false)]
    [InlineData("status=200,429", true)]
    [InlineData("q=odd-model", true)]
    [InlineData("q=odd_code", true)]
    [InlineData("q=key_odd", true)]
    [InlineData("q=key_odd&keyId=key_data", false)]
    [InlineData("keyId=key_data,key_odd", true)]
    [InlineData("q={id}", true)]
    [InlineData("q=req_none", false)]
    [InlineData("order=oldest&model=odd-model,other", true)]
    public async Task A_filter_takes_several_values_and_a_search_what_one_has_at_hand(string query, bool found)
    {
        var id = await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, r => (r.ModelAsked, r.ErrorCode, r.KeyId, r.Status) = ("odd-model", "odd_code", "key_odd", 429));
        var reply = await server.SendAsync("GET", "/api/v1/requests?limit=100&" + query.Replace("{id}", id, StringComparison.Ordinal));
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        reply.Json.GetProperty("data").EnumerateArray().Any(r => r.GetProperty("id").GetString() == id).ShouldBe(found);
    }

    [Fact]
    public async Task The_histogram_counts_what_the_list_holds_by_how_it_was_answered()
    {
        foreach (var status in new[] { 200, 304, 404, 429, 499, 503 })
            await StorageParts.AddRecordAsync(server, ManagementServer.OrganisationA, r => (r.KeyId, r.Status) = ("key_counted", status));
        var counted = (await server.SendAsync("GET", "/api/v1/requests/histogram?keyId=key_counted")).Json;
        var buckets = counted.GetProperty("buckets").EnumerateArray().ToList();
        buckets.Count.ShouldBeLessThanOrEqualTo(60);
        counted.GetProperty("stepSeconds").GetInt64().ShouldBe(1800);
        long Sum(string name) => buckets.Sum(b => b.GetProperty(name).GetInt64());
        (Sum("ok"), Sum("clientErrors"), Sum("serverErrors")).ShouldBe((2, 3, 1));
        (await server.SendAsync("GET", "/api/v1/requests/histogram?keyId=key_counted&statusClass=5xx")).Json.GetProperty("buckets").EnumerateArray().Sum(b => b.GetProperty("clientErrors").GetInt64() + b.GetProperty("serverErrors").GetInt64()).ShouldBe(1);
        (await server.SendAsync("GET", "/api/v1/requests/histogram?keyId=key_counted", token: server.OtherToken)).Json.GetProperty("buckets").EnumerateArray().Sum(b => b.GetProperty("ok").GetInt64()).ShouldBe(0);
        var engineer = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_ai_engineer");
        (await server.SendAsync("GET", "/api/v1/requests/histogram?from=2029-12-01T00:00:00Z", token: engineer.Token)).Json.GetProperty("window").GetProperty("days").GetInt32().ShouldBe(7);
    }

    [Theory]
    [InlineData("endpoint=x", "endpoint")]
    [InlineData("q=x", "q")]
    [InlineData("status=404", "status")]
    [InlineData("errorCode=x", "errorCode")]
    [InlineData("buckets=0", "buckets")]
    [InlineData("from=2031-01-01T00:00:00Z", "from")]
    public async Task A_filter_that_the_histogram_does_not_count_by_is_refused(string query, string field)
    {
        var reply = await server.SendAsync("GET", "/api/v1/requests/histogram?" + query);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.ShouldContain(field);
    }
}
