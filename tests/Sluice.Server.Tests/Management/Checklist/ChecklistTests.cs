using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Checklist;

/// <summary>From a test key that is used to a production key like it.</summary>
public class ChecklistTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string B = ManagementServer.OrganisationB;

    [Fact]
    public async Task A_fresh_project_has_everything_before_it_and_going_live_names_what_is_open()
    {
        var project = await ProjectAsync();
        var person = await server.AddPersonAsync(B, "role_owner", verified: false);
        var items = await ItemsAsync(project, person);
        Open(items, "required").ShouldBe(["email_verified", "phone_verified", "test_traffic"]);
        Open(items, "expected").ShouldBe(["production_key", "key_expiry", "key_networks", "key_scope"]);
        Open(items, "recommended").ShouldBe(["organisation_verified", "signing", "rotation_rehearsed"]);
        items.EnumerateArray().ShouldAllBe(i => i.GetProperty("done").GetBoolean() == (i.GetProperty("toDo").ValueKind == JsonValueKind.Null));

        var refused = await LiveAsync(project, person);
        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Fields.ShouldBe(["email_verified", "phone_verified", "test_traffic"]);
        (await server.QueryAsync(db => db.Keys.AnyAsync(k => k.ProjectId == project))).ShouldBeFalse();
    }

    [Fact]
    public async Task Going_live_makes_a_production_key_like_the_test_key()
    {
        var project = await ProjectAsync();
        var person = await server.AddPersonAsync(B, "role_owner");
        var test = await TestKeyAsync(project, person);
        await CallsAsync(project, test, 12, i => (200, i));
        Open(await ItemsAsync(project, person), "required").ShouldBeEmpty();

        var live = await LiveAsync(project, person, ""","requireSigning":true""");
        live.Status.ShouldBe(HttpStatusCode.Created, live.Text);
        var key = live.Json;
        key.GetProperty("kind").GetString().ShouldBe("production");
        key.GetProperty("name").GetString().ShouldBe("Live");
        key.GetProperty("projectId").GetString().ShouldBe(project);
        key.GetProperty("key").GetString()!.ShouldStartWith("sk-slc_live_");
        key.GetProperty("signingSecret").GetString()!.ShouldStartWith("slcsig_");
        key.GetProperty("scope").GetRawText().ShouldBe("""{"routes":["POST /v1/chat/completions"],"models":["deepseek-*"]}""");
        key.GetProperty("allowedNetworks").GetRawText().ShouldBe("""["203.0.113.0/24"]""");
        key.GetProperty("tags").GetRawText().ShouldBe("""["web"]""");
        key.GetProperty("owner").GetProperty("id").GetString().ShouldBe(person.AccountId);
        key.GetProperty("limits").GetProperty("callsPerDay").GetInt64().ShouldBe(1_000);
        live.Headers["location"].ShouldBe($"/api/v1/keys/{live.Id}");
        (await server.SendAsync("POST", $"/api/v1/keys/{test}/rotate", token: person.Token)).Status.ShouldBe(HttpStatusCode.OK);

        var items = await ItemsAsync(project, person);
        Open(items, "required").ShouldBeEmpty();
        Open(items, "expected").ShouldBeEmpty();
        Open(items, "recommended").ShouldBe(["organisation_verified"]);
    }

    [Fact]
    public async Task What_the_body_says_wins_over_the_test_key()
    {
        var project = await ProjectAsync();
        var person = await server.AddPersonAsync(B, "role_owner");
        await CallsAsync(project, await TestKeyAsync(project, person), 10, i => (200, i));
        var key = (await LiveAsync(project, person, ""","allowedNetworks":["198.51.100.7"],"scope":{"models":["other"]},"tags":[],"expiresAt":null,"limits":{"callsPerDay":7},"priority":"batch" """)).Json;
        key.GetProperty("allowedNetworks").GetRawText().ShouldBe("""["198.51.100.7/32"]""");
        key.GetProperty("scope").GetRawText().ShouldBe("""{"routes":[],"models":["other"]}""");
        key.GetProperty("tags").GetArrayLength().ShouldBe(0);
        key.GetProperty("expiresAt").ValueKind.ShouldBe(JsonValueKind.Null);
        key.GetProperty("limits").GetProperty("callsPerDay").GetInt64().ShouldBe(7);
        key.GetProperty("priority").GetString().ShouldBe("batch");
    }

    [Theory]
    [InlineData(9, 0, 0, false)]
    [InlineData(10, 0, 0, true)]
    [InlineData(19, 1, 0, true)]
    [InlineData(18, 2, 0, false)]
    [InlineData(10, 0, 50, true)]
    public async Task Test_traffic_is_enough_with_ten_calls_of_which_nineteen_in_twenty_succeed(int good, int bad, int limited, bool enough)
    {
        var project = await ProjectAsync();
        var person = await server.AddPersonAsync(B, "role_owner");
        var test = await TestKeyAsync(project, person);
        await CallsAsync(project, test, good, i => (200, i));
        await CallsAsync(project, test, bad, i => (502, i));
        await CallsAsync(project, test, limited, i => (429, i));
        (Open(await ItemsAsync(project, person), "required").Count == 0).ShouldBe(enough);
    }

    [Fact]
    public async Task Old_calls_and_those_of_other_projects_do_not_count()
    {
        var project = await ProjectAsync();
        var other = await ProjectAsync();
        var person = await server.AddPersonAsync(B, "role_owner");
        await TestKeyAsync(project, person);
        await CallsAsync(other, await TestKeyAsync(other, person), 20, i => (200, i));
        Open(await ItemsAsync(project, person), "required").ShouldBe(["test_traffic"]);
    }

    [Fact]
    public async Task Limits_below_the_peak_of_the_test_traffic_are_pointed_out()
    {
        var project = await ProjectAsync();
        var person = await server.AddPersonAsync(B, "role_owner");
        // 70 calls in one minute: the tier gives 60.
        await CallsAsync(project, await TestKeyAsync(project, person), 70, _ => (200, 0));
        var fit = (await ItemsAsync(project, person)).EnumerateArray().Single(i => i.GetProperty("id").GetString() == "limits_fit");
        fit.GetProperty("done").GetBoolean().ShouldBeFalse();
        fit.GetProperty("found").GetString()!.ShouldContain("requestsPerMinute 60 (peak 70)");
    }

    [Fact]
    public async Task The_impact_of_a_key_is_what_it_really_did()
    {
        var key = (await server.CreateKeyAsync(token: server.OtherToken)).Id;
        for (var i = 0; i < 6; i++)
        {
            await StorageParts.AddRecordAsync(server, B, record =>
            {
                record.KeyId = key;
                record.ClientIp = i < 4 ? $"203.0.113.{i}" : "2001:db8::1";
                record.ModelAsked = i < 5 ? "deepseek-chat" : "deepseek-reasoner";
            });
        }

        var impact = (await server.SendAsync("GET", $"/api/v1/keys/{key}/impact", token: server.OtherToken)).Json;
        impact.GetProperty("callsLast24Hours").GetInt64().ShouldBe(6);
        impact.GetProperty("atLeast").GetBoolean().ShouldBeFalse();
        impact.GetProperty("networks").EnumerateArray().Select(n => (n.GetProperty("name").GetString(), n.GetProperty("calls").GetInt64())).ShouldBe([("203.0.113.0/24", 4), ("2001:db8::/64", 2)]);
        impact.GetProperty("models").EnumerateArray().Select(n => (n.GetProperty("name").GetString(), n.GetProperty("calls").GetInt64())).ShouldBe([("deepseek-chat", 5), ("deepseek-reasoner", 1)]);
        impact.GetProperty("lastUse").ValueKind.ShouldBe(JsonValueKind.Null);
        await server.QueryAsync(db =>
        {
            db.KeyUses.Add(new Sluice.Server.Storage.KeyUseRow { KeyId = key, OrganisationId = B, LastUsedAtMs = server.Time.GetUtcNow().ToUnixTimeMilliseconds(), LastIp = "203.0.113.3", Calls = 6 });
            return db.SaveChangesAsync();
        });
        (await server.SendAsync("GET", $"/api/v1/keys/{key}/impact", token: server.OtherToken)).Json.GetProperty("lastUse").GetProperty("ip").GetString().ShouldBe("203.0.113.3");
        (await server.SendAsync("GET", $"/api/v1/keys/{key}", token: server.OtherToken)).Json.GetProperty("lastUse").GetProperty("at").GetDateTimeOffset().ShouldBe(server.Time.GetUtcNow());
    }

    private async Task<string> ProjectAsync() => (await server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}""", server.OtherToken)).Id;

    private async Task<string> TestKeyAsync(string project, Person person) => (await server.CreateKeyAsync(
        $$$"""{"name":"Test","kind":"test","projectId":"{{{project}}}","scope":{"routes":["POST /v1/chat/completions"],"models":["deepseek-*"]},"allowedNetworks":["203.0.113.0/24"],"tags":["web"]}""", person.Token)).Id;

    private async Task CallsAsync(string project, string key, int count, Func<int, (int Status, int Minute)> of)
    {
        for (var i = 0; i < count; i++)
        {
            var (status, minute) = of(i);
            await StorageParts.AddRecordAsync(server, B, record =>
            {
                (record.ProjectId, record.KeyId, record.Status) = (project, key, status);
                record.StartedAtMs -= minute * 60_000;
            });
        }
    }

    private Task<Reply> LiveAsync(string project, Person person, string more = "") => server.SendAsync("POST", $"/api/v1/projects/{project}/go-live", $$"""{"keyName":"Live"{{more}}}""", person.Token);

    private async Task<JsonElement> ItemsAsync(string project, Person person)
    {
        var reply = await server.SendAsync("GET", $"/api/v1/projects/{project}/production-checklist", token: person.Token);
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        reply.Json.GetProperty("ready").GetBoolean().ShouldBe(Open(reply.Json.GetProperty("items"), "required").Count == 0);
        return reply.Json.GetProperty("items");
    }

    private static IReadOnlyList<string> Open(JsonElement items, string level) =>
        [.. items.EnumerateArray().Where(i => i.GetProperty("level").GetString() == level && !i.GetProperty("done").GetBoolean()).Select(i => i.GetProperty("id").GetString()!)];
}
