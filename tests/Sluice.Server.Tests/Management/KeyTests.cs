using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Tests.Management;

public class KeyTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_created_key_carries_its_secret_once_and_is_found_at_its_location()
    {
        var created = await server.CreateKeyAsync("""{"name":"Website","kind":"test","allowedNetworks":["203.0.113.0/24","::ffff:10.0.0.1"],"scope":{"routes":["POST /v1/chat/completions"],"models":["deepseek-*"]},"limits":{"requestsPerMinute":60}}""");
        var secret = created.Json.GetProperty("key").GetString()!;
        KeyText.TryParse(secret, out var purpose, out _).ShouldBeTrue();
        purpose.ShouldBe(KeyPurpose.Test);
        created.Headers["location"].ShouldBe($"/api/v1/keys/{created.Id}");
        created.Headers["cache-control"].ShouldBe("no-store");

        var got = await server.SendAsync("GET", created.Headers["location"]);
        got.Status.ShouldBe(HttpStatusCode.OK);
        got.Text.ShouldNotContain(secret);
        got.Json.TryGetProperty("key", out _).ShouldBeFalse();
        got.Json.GetProperty("status").GetString().ShouldBe("active");
        got.Json.GetProperty("lastFour").GetString().ShouldBe(secret[^4..]);
        got.Json.GetProperty("allowedNetworks").EnumerateArray().Select(n => n.GetString()).ShouldBe(["203.0.113.0/24", "10.0.0.1/32"]);
        got.Json.GetProperty("scope").GetProperty("models")[0].GetString().ShouldBe("deepseek-*");
        got.Json.GetProperty("limits").GetProperty("requestsPerMinute").GetInt64().ShouldBe(60);
        got.Json.GetProperty("usage").GetProperty("callsToday").GetInt64().ShouldBe(7);
        got.Json.GetProperty("usage").GetProperty("day").GetString().ShouldBe("2030-01-31");
    }

    [Fact]
    public async Task A_stored_key_holds_a_keyed_hash_that_only_its_secret_fits()
    {
        var created = await server.CreateKeyAsync();
        var secret = created.Json.GetProperty("key").GetString()!;
        var row = await server.QueryAsync(db => db.KeyCredentials.SingleAsync(c => c.KeyId == created.Id));
        server.Hasher.Verify(secret, row.Hash, row.PepperVersion).ShouldBeTrue();
        secret.ShouldContain(row.PublicId);
    }

    [Theory]
    [InlineData("""{"name":"k","kind":"test"}""", 500L, null)]
    [InlineData("""{"name":"k","kind":"test","limits":{"callsPerDay":3}}""", 3L, null)]
    [InlineData("""{"name":"k","kind":"test","limits":{"callsPerDay":0}}""", 0L, null)]
    [InlineData("""{"name":"k","kind":"test","limits":{}}""", 500L, null)]
    [InlineData("""{"name":"k","kind":"test","limits":null}""", 500L, null)]
    [InlineData("""{"name":"k","kind":"production"}""", null, "90 days")]
    [InlineData("""{"name":"k","kind":"production","expiresAt":null}""", null, null)]
    [InlineData("""{"name":"k","kind":"production","expiresAt":"2031-01-01T00:00:00+08:00"}""", null, "2030-12-31T16:00:00.000Z")]
    [InlineData("""{"name":"k","kind":"production","limits":{"callsPerDay":null}}""", null, "90 days")]
    public async Task A_kind_has_its_defaults(string body, long? callsPerDay, string? expiresAt)
    {
        var key = (await server.CreateKeyAsync(body)).Json;
        var calls = key.GetProperty("limits").GetProperty("callsPerDay");
        (calls.ValueKind is JsonValueKind.Null ? (long?)null : calls.GetInt64()).ShouldBe(callsPerDay);
        if (expiresAt is "90 days")
            (key.GetProperty("expiresAt").GetDateTimeOffset() - key.GetProperty("createdAt").GetDateTimeOffset()).ShouldBe(TimeSpan.FromDays(90));
        else
            key.GetProperty("expiresAt").GetString().ShouldBe(expiresAt);
    }

    [Theory]
    [InlineData("{}", "missing_required_parameter", "kind")]
    [InlineData("{}", "missing_required_parameter", "name")]
    [InlineData("""{"name":"","kind":"test"}""", "invalid_value", "name")]
    [InlineData("""{"name":" \t ","kind":"test"}""", "invalid_value", "name")]
    [InlineData("""{"name":"a\u0000b","kind":"test"}""", "invalid_value", "name")]
    [InlineData("""{"name":"a\nb","kind":"test"}""", "invalid_value", "name")]
    [InlineData("""{"name":"a\u202Eb","kind":"test"}""", "invalid_value", "name")]
    [InlineData("""{"name":1,"kind":"test"}""", "invalid_type", "name")]
    [InlineData("""{"name":null,"kind":"test"}""", "missing_required_parameter", "name")]
    [InlineData("""{"name":"k","kind":"Test"}""", "invalid_value", "kind")]
    [InlineData("""{"name":"k","kind":["test"]}""", "invalid_type", "kind")]
    [InlineData("""{"name":"k","kind":"test","Name":"x"}""", "unsupported_parameter", "Name")]
    [InlineData("""{"name":"k","kind":"test","enabled":true}""", "unsupported_parameter", "enabled")]
    [InlineData("""{"name":"k","kind":"test","name":"x"}""", "duplicate_member", "name")]
    [InlineData("""{"name":"k","kind":"test","expiresAt":"2030-01-31T12:00:00Z"}""", "invalid_value", "expiresAt")]
    [InlineData("""{"name":"k","kind":"test","expiresAt":"2031-01-01T00:00:00"}""", "invalid_value", "expiresAt")]
    [InlineData("""{"name":"k","kind":"test","expiresAt":"tomorrow"}""", "invalid_value", "expiresAt")]
    [InlineData("""{"name":"k","kind":"test","expiresAt":1893456000}""", "invalid_type", "expiresAt")]
    [InlineData("""{"name":"k","kind":"test","allowedNetworks":"10.0.0.0/8"}""", "invalid_type", "allowedNetworks")]
    [InlineData("""{"name":"k","kind":"test","allowedNetworks":["::1","010.0.0.1"]}""", "invalid_value", "allowedNetworks[1]")]
    [InlineData("""{"name":"k","kind":"test","allowedNetworks":["10.0.0.1/8"]}""", "invalid_value", "allowedNetworks[0]")]
    [InlineData("""{"name":"k","kind":"test","allowedNetworks":[7]}""", "invalid_type", "allowedNetworks[0]")]
    [InlineData("""{"name":"k","kind":"test","scope":[]}""", "invalid_type", "scope")]
    [InlineData("""{"name":"k","kind":"test","scope":{"routes":["GET /"]}}""", "invalid_value", "scope.routes[0]")]
    [InlineData("""{"name":"k","kind":"test","scope":{"routes":["post /v1/chat/completions"]}}""", "invalid_value", "scope.routes[0]")]
    [InlineData("""{"name":"k","kind":"test","scope":{"models":["a*b"]}}""", "invalid_value", "scope.models[0]")]
    [InlineData("""{"name":"k","kind":"test","scope":{"models":["a b"]}}""", "invalid_value", "scope.models[0]")]
    [InlineData("""{"name":"k","kind":"test","scope":{"models":[""]}}""", "invalid_value", "scope.models[0]")]
    [InlineData("""{"name":"k","kind":"test","scope":{"admin":true}}""", "unsupported_parameter", "scope.admin")]
    [InlineData("""{"name":"k","kind":"test","limits":{"callsPerDay":null}}""", "invalid_value", "limits.callsPerDay")]
    [InlineData("""{"name":"k","kind":"test","limits":{"callsPerDay":-1}}""", "invalid_value", "limits.callsPerDay")]
    [InlineData("""{"name":"k","kind":"test","limits":{"callsPerDay":1.0}}""", "invalid_value", "limits.callsPerDay")]
    [InlineData("""{"name":"k","kind":"test","limits":{"callsPerDay":1e400}}""", "invalid_value", "limits.callsPerDay")]
    [InlineData("""{"name":"k","kind":"test","limits":{"callsPerDay":9223372036854775808}}""", "invalid_value", "limits.callsPerDay")]
    [InlineData("""{"name":"k","kind":"test","limits":{"callsPerDay":1000000000001}}""", "invalid_value", "limits.callsPerDay")]
    [InlineData("""{"name":"k","kind":"test","limits":{"requestsPerMinute":"60"}}""", "invalid_type", "limits.requestsPerMinute")]
    [InlineData("""{"name":"k","kind":"test","limits":{"tokensPerMinute":true}}""", "invalid_type", "limits.tokensPerMinute")]
    [InlineData("""{"name":"k","kind":"test","limits":{"concurrency":1000001}}""", "invalid_value", "limits.concurrency")]
    [InlineData("""{"name":"k","kind":"test","projectId":"prj_none"}""", "invalid_value", "projectId")]
    [InlineData("""{"name":"k","kind":"test","projectId":"prj_b0"}""", "invalid_value", "projectId")]
    [InlineData("""{"name":"k","kind":"test","projectId":7}""", "invalid_type", "projectId")]
    public async Task A_wrong_member_is_refused_by_name(string body, string code, string field)
    {
        var reply = await server.SendAsync("POST", "/api/v1/keys", body);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.MediaType.ShouldBe("application/problem+json");
        reply.Fields.ShouldContain(field);
        reply.Json.GetProperty("errors").EnumerateArray().Single(e => e.GetProperty("field").GetString() == field).GetProperty("code").GetString().ShouldBe(code);
        reply.Json.GetProperty("requestId").GetString().ShouldBe(reply.Headers["x-request-id"]);
    }

    [Theory]
    [InlineData("name", 101)]
    [InlineData("allowedNetworks", 201)]
    [InlineData("models", 101)]
    public async Task A_list_or_text_beyond_its_size_is_refused(string member, int count)
    {
        var body = member switch
        {
            "name" => $$"""{"kind":"test","name":"{{new string('n', count)}}"}""",
            "models" => $$$"""{"kind":"test","name":"k","scope":{"models":[{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"m{i}\""))}}}]}}""",
            _ => $$"""{"kind":"test","name":"k","allowedNetworks":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"10.0.{i / 200}.{i % 200}\""))}}]}""",
        };
        var reply = await server.SendAsync("POST", "/api/v1/keys", body);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.Single().ShouldEndWith(member);
    }

    [Fact]
    public async Task An_update_changes_what_was_sent_and_nothing_else()
    {
        var created = await server.CreateKeyAsync("""{"name":"old","kind":"production","scope":{"routes":["GET /v1/models"],"models":["a","b"]},"limits":{"callsPerDay":5,"requestsPerMinute":6}}""");
        var reply = await server.SendAsync("PATCH", $"/api/v1/keys/{created.Id}", """{"limits":{"callsPerDay":null},"scope":{"models":["c"]},"enabled":false,"expiresAt":null}""");
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        var key = reply.Json;
        key.GetProperty("name").GetString().ShouldBe("old");
        key.GetProperty("limits").GetProperty("callsPerDay").ValueKind.ShouldBe(JsonValueKind.Null);
        key.GetProperty("limits").GetProperty("requestsPerMinute").GetInt64().ShouldBe(6);
        key.GetProperty("scope").GetProperty("routes").GetArrayLength().ShouldBe(0);
        key.GetProperty("scope").GetProperty("models")[0].GetString().ShouldBe("c");
        key.GetProperty("expiresAt").ValueKind.ShouldBe(JsonValueKind.Null);
        key.GetProperty("status").GetString().ShouldBe("disabled");
    }

    [Theory]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"enabled":null}""", "enabled")]
    [InlineData("""{"enabled":"no"}""", "enabled")]
    [InlineData("""{"kind":"production"}""", "kind")]
    [InlineData("""{"projectId":"prj_a0"}""", "projectId")]
    [InlineData("""{"limits":{"callsPerDay":null}}""", "limits.callsPerDay")]
    public async Task An_update_refuses_what_cannot_change(string body, string field)
    {
        var created = await server.CreateKeyAsync();
        var reply = await server.SendAsync("PATCH", $"/api/v1/keys/{created.Id}", body);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.ShouldContain(field);
    }

    [Fact]
    public async Task Rotation_leaves_the_old_secret_working_for_the_overlap_and_no_longer()
    {
        var created = await server.CreateKeyAsync();
        var old = created.Json.GetProperty("key").GetString()!;
        var rotated = await server.SendAsync("POST", $"/api/v1/keys/{created.Id}/rotate", """{"overlapSeconds":60}""");
        rotated.Status.ShouldBe(HttpStatusCode.OK, rotated.Text);
        var fresh = rotated.Json.GetProperty("key").GetString()!;
        fresh.ShouldNotBe(old);
        rotated.Json.GetProperty("credentials").GetArrayLength().ShouldBe(2);

        var rows = await server.QueryAsync(db => db.KeyCredentials.Where(c => c.KeyId == created.Id).ToListAsync());
        var now = server.Time.GetUtcNow().ToUnixTimeMilliseconds();
        rows.Single(r => server.Hasher.Verify(old, r.Hash, r.PepperVersion)).ExpiresAtMs.ShouldBe(now + 60_000);
        rows.Single(r => server.Hasher.Verify(fresh, r.Hash, r.PepperVersion)).ExpiresAtMs.ShouldBeNull();
    }

    [Fact]
    public async Task Rotation_without_a_body_overlaps_for_a_day()
    {
        var created = await server.CreateKeyAsync();
        (await server.SendAsync("POST", $"/api/v1/keys/{created.Id}/rotate")).Status.ShouldBe(HttpStatusCode.OK);
        var ends = await server.QueryAsync(db => db.KeyCredentials.Where(c => c.KeyId == created.Id).MaxAsync(c => c.ExpiresAtMs));
        ends.ShouldBe(server.Time.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Rotation_with_no_overlap_ends_every_older_secret_at_once()
    {
        var created = await server.CreateKeyAsync();
        await server.SendAsync("POST", $"/api/v1/keys/{created.Id}/rotate");
        var rotated = await server.SendAsync("POST", $"/api/v1/keys/{created.Id}/rotate", """{"overlapSeconds":0}""");
        rotated.Json.GetProperty("credentials").GetArrayLength().ShouldBe(1);
        var working = await server.QueryAsync(db => db.KeyCredentials.Where(c => c.KeyId == created.Id && c.ExpiresAtMs == null).ToListAsync());
        server.Hasher.Verify(rotated.Json.GetProperty("key").GetString()!, working.Single().Hash, working[0].PepperVersion).ShouldBeTrue();
    }

    [Fact]
    public async Task A_key_has_a_bounded_number_of_working_secrets()
    {
        var created = await server.CreateKeyAsync();
        for (var i = 0; i < 9; i++)
            (await server.SendAsync("POST", $"/api/v1/keys/{created.Id}/rotate")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("POST", $"/api/v1/keys/{created.Id}/rotate")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("604801")]
    [InlineData("\"60\"")]
    public async Task An_overlap_out_of_range_is_refused(string overlap)
    {
        var created = await server.CreateKeyAsync();
        var reply = await server.SendAsync("POST", $"/api/v1/keys/{created.Id}/rotate", $$"""{"overlapSeconds":{{overlap}}}""");
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.ShouldBe(["overlapSeconds"]);
    }

    [Fact]
    public async Task A_key_is_switched_off_and_on_and_doing_it_twice_changes_nothing()
    {
        var path = $"/api/v1/keys/{(await server.CreateKeyAsync()).Id}";
        (await server.SendAsync("POST", $"{path}/disable")).Json.GetProperty("status").GetString().ShouldBe("disabled");
        var before = await server.AuditCountAsync();
        (await server.SendAsync("POST", $"{path}/disable")).Json.GetProperty("status").GetString().ShouldBe("disabled");
        (await server.AuditCountAsync()).ShouldBe(before);
        (await server.SendAsync("POST", $"{path}/enable")).Json.GetProperty("status").GetString().ShouldBe("active");
    }

    [Theory]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/revoke")]
    public async Task Revoking_is_for_good_told_to_the_gateway_before_the_answer_and_idempotent(string method, string verb)
    {
        var id = (await server.CreateKeyAsync()).Id;
        var before = server.Changes.Seen.Count(seen => seen == id);
        var revoked = await server.SendAsync(method, $"/api/v1/keys/{id}{verb}");
        server.Changes.Seen.Count(seen => seen == id).ShouldBe(before + 1);
        revoked.Json.GetProperty("status").GetString().ShouldBe("revoked");
        var again = await server.SendAsync(method, $"/api/v1/keys/{id}{verb}");
        again.Status.ShouldBe(HttpStatusCode.OK);
        again.Json.GetProperty("revokedAt").GetString().ShouldBe(revoked.Json.GetProperty("revokedAt").GetString());
        (await server.SendAsync("POST", $"/api/v1/keys/{id}/enable")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await server.SendAsync("POST", $"/api/v1/keys/{id}/rotate")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{id}", """{"name":"x"}""")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_list_is_paged_without_loss_or_repetition()
    {
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"paged"}""")).Id;
        var made = new List<string>();
        for (var i = 0; i < 7; i++)
            made.Add((await server.CreateKeyAsync($$"""{"name":"p{{i}}","kind":"test","projectId":"{{project}}"}""")).Id);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await server.SendAsync("GET", $"/api/v1/keys?projectId={project}&limit=3" + (cursor is null ? "" : $"&cursor={cursor}"));
            seen.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(k => k.GetProperty("id").GetString()!));
            cursor = page.Json.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        seen.ShouldBe(made.OrderDescending(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("100%", "100%25")]
    [InlineData("a_b", "a_b")]
    [InlineData("c\\d", "c%5Cd")]
    [InlineData("Größe", "Gr%C3%B6%C3%9Fe")]
    [InlineData("MiXeD", "mixed")]
    public async Task A_name_search_takes_every_character_literally(string name, string query)
    {
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"searched"}""")).Id;
        foreach (var each in new[] { name, "100x", "axb", "cxd", "other", "x" + name })
            await server.CreateKeyAsync(JsonSerializer.Serialize(new { name = each, kind = "test", projectId = project }));
        var found = await server.SendAsync("GET", $"/api/v1/keys?projectId={project}&search={query}");
        found.Json.GetProperty("data").EnumerateArray().Select(k => k.GetProperty("name").GetString()).ShouldBe([name]);
    }

    [Fact]
    public async Task A_list_is_filtered_by_kind_and_status()
    {
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"filtered"}""")).Id;
        var names = new[] { "active", "disabled", "revoked", "expired" };
        var ids = new Dictionary<string, string>();
        foreach (var name in names)
            ids[name] = (await server.CreateKeyAsync($$"""{"name":"{{name}}","kind":"test","projectId":"{{project}}","expiresAt":{{(name == "expired" ? $"\"{server.Time.GetUtcNow().AddMilliseconds(1):O}\"" : "null")}}}""")).Id;
        await server.SendAsync("POST", $"/api/v1/keys/{ids["disabled"]}/disable");
        await server.SendAsync("DELETE", $"/api/v1/keys/{ids["revoked"]}");
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        foreach (var name in names)
        {
            var found = await server.SendAsync("GET", $"/api/v1/keys?projectId={project}&kind=test&status={name}");
            found.Json.GetProperty("data").EnumerateArray().Select(k => k.GetProperty("name").GetString()).ShouldBe([name]);
        }

        (await server.SendAsync("GET", $"/api/v1/keys?projectId={project}&kind=production")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=+5", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("cursor=!!!", "cursor")]
    [InlineData("cursor=JyBvciAxPTE", "cursor")]
    [InlineData("kind=Test", "kind")]
    [InlineData("status=dead", "status")]
    [InlineData("sort=colour", "sort")]
    [InlineData("Limit=5", "Limit")]
    [InlineData("search=%00", "search")]
    [InlineData("name=Website", "name")]
    [InlineData("search=sk-slc_test_abc", "search")]
    public async Task A_wrong_query_parameter_is_refused_by_name(string query, string field)
    {
        var reply = await server.SendAsync("GET", "/api/v1/keys?" + query);
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Fields.ShouldContain(field);
    }
}
