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
}
