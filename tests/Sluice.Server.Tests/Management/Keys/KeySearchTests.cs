using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Keys;

/// <summary>Finding keys through the API: by name, id, what is visible of a secret, owner and tag.</summary>
public class KeySearchTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string B = ManagementServer.OrganisationB;

    [Fact]
    public async Task A_key_is_found_by_its_id_and_by_what_lists_show_of_its_secret()
    {
        var key = await server.CreateKeyAsync("""{"name":"needle","kind":"test"}""", server.OtherToken);
        var prefix = key.Json.GetProperty("prefix").GetString()!;
        foreach (var search in new[] { key.Id, prefix, prefix[..16], prefix[..20] + "…", "NEEDLE", "need" })
            (await FindAsync(search)).ShouldBe([key.Id], search);
        foreach (var search in new[] { "eedle", key.Id[..^1], "sk-slc_live_" + prefix[12..16] + "zzzz" })
            (await FindAsync(search)).ShouldBeEmpty(search);
        (await FindAsync(key.Id, server.OwnToken)).ShouldBeEmpty();
        (await FindAsync(prefix, server.OwnToken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task More_of_a_secret_than_lists_show_is_refused_in_a_query()
    {
        var key = await server.CreateKeyAsync(token: server.OtherToken);
        var secret = key.Json.GetProperty("key").GetString()!;
        foreach (var query in new[]
        {
            $"search={secret}", $"search={secret[..25]}", $"name={secret[..20]}", $"tag={secret[..20]}", $"search={secret[..20]}&search={secret[..20]}", $"search=%73k-slc_test_{secret[12..]}",
            $"search=x{secret[..20]}", "search=sk-slc_mgmt_abcd", "search=sk-slc_sess_abcd", $"{secret[..20]}=1",
        })
            (await server.SendAsync("GET", "/api/v1/keys?" + query, token: server.OtherToken)).Code.ShouldBe("api_key_in_query", query);
        server.Log.ShouldNotContain(secret[24..]);
    }

    [Fact]
    public async Task Every_order_is_turned_page_by_page_and_a_cursor_is_of_use_in_its_own_order_only()
    {
        var (made, number) = (new List<string>(), 0);
        foreach (var name in new[] { "sorted b", "sorted a", "sorted c" })
        {
            var expires = server.Time.GetUtcNow().AddDays(10 - number++).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
            made.Add((await server.CreateKeyAsync($$"""{"name":"{{name}}","kind":"test","tags":["sorted"],"expiresAt":"{{expires}}"}""", server.OtherToken)).Id);
            server.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        (await PagedAsync("sort=created&order=asc")).ShouldBe([made[0], made[1], made[2]]);
        (await PagedAsync("sort=created")).ShouldBe([made[2], made[1], made[0]]);
        (await PagedAsync("sort=name")).ShouldBe([made[1], made[0], made[2]]);
        (await PagedAsync("sort=name&order=desc&search=sorted")).ShouldBe([made[2], made[0], made[1]]);
        (await PagedAsync("sort=expires")).ShouldBe([made[2], made[1], made[0]]);
        (await PagedAsync("sort=lastUsed&order=asc")).ShouldBe([made[0], made[1], made[2]]);
        (await PagedAsync("unusedDays=1")).ShouldBeEmpty();
        server.Time.Advance(TimeSpan.FromDays(2));
        (await PagedAsync("unusedDays=1")).ShouldBe([made[2], made[1], made[0]]);

        var cursor = (await server.SendAsync("GET", "/api/v1/keys?limit=1&sort=name", token: server.OtherToken)).Json.GetProperty("nextCursor").GetString();
        (await server.SendAsync("GET", "/api/v1/keys?cursor=" + cursor, token: server.OtherToken)).Fields.ShouldBe(["cursor"]);

        async Task<List<string>> PagedAsync(string query)
        {
            var seen = new List<string>();
            string? next = null;
            do
            {
                var page = await server.SendAsync("GET", $"/api/v1/keys?tag=sorted&limit=1&{query}{(next is null ? "" : "&cursor=" + next)}", token: server.OtherToken);
                page.Status.ShouldBe(HttpStatusCode.OK, page.Text);
                seen.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(k => k.GetProperty("id").GetString()!));
                next = page.Json.GetProperty("nextCursor").GetString();
            }
            while (next is not null);
            return seen;
        }
    }

    [Fact]
    public async Task Keys_are_found_by_owner_and_tag_and_by_all_at_once()
    {
        var (one, two) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_developer"));
        var a = (await server.CreateKeyAsync("""{"name":"Alpha","kind":"test","tags":["web","eu"]}""", one.Token)).Id;
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        var b = (await server.CreateKeyAsync("""{"name":"alpine","kind":"test","tags":["web"]}""", two.Token)).Id;
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        var c = (await server.CreateKeyAsync("""{"name":"beta","kind":"production","tags":["web"]}""", one.Token)).Id;
        (await ListAsync($"ownerId={one.AccountId}")).ShouldBe([c, a]);
        (await ListAsync("tag=web")).ShouldBe([c, b, a]);
        (await ListAsync($"tag=web&ownerId={one.AccountId}&kind=test")).ShouldBe([a]);
        (await ListAsync("search=al&tag=web")).ShouldBe([a, b]);
        (await ListAsync("search=al&tag=eu")).ShouldBe([a]);
        (await ListAsync($"search=al&ownerId={two.AccountId}")).ShouldBe([b]);
        (await ListAsync("tag=web&ownerId=none")).ShouldBeEmpty();
        var service = (await server.CreateKeyAsync("""{"name":"service","kind":"test","tags":["svc"]}""", server.OtherToken)).Id;
        (await ListAsync("ownerId=none&tag=svc")).ShouldBe([service]);
        (await ListAsync("ownerId=none")).ShouldContain(service);
    }

    [Fact]
    public async Task A_search_is_paged_in_the_order_of_names_without_loss_or_repetition()
    {
        var made = new List<(string Name, string Id)>();
        foreach (var name in new[] { "pager c", "Pager A", "pager b", "pager a", "pager a", "pager d", "Pager A" })
            made.Add((name, (await server.CreateKeyAsync($$"""{"name":"{{name}}","kind":"test"}""", server.OtherToken)).Id));
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await server.SendAsync("GET", "/api/v1/keys?search=PAGER&limit=2" + (cursor is null ? "" : $"&cursor={cursor}"), token: server.OtherToken);
            seen.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(k => k.GetProperty("id").GetString()!));
            cursor = page.Json.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        seen.ShouldBe(made.OrderBy(m => m.Name.ToLowerInvariant(), StringComparer.Ordinal).ThenBy(m => m.Id, StringComparer.Ordinal).Select(m => m.Id));
    }

    [Fact]
    public async Task A_cursor_of_another_organisations_search_is_refused_like_one_of_nothing()
    {
        for (var i = 0; i < 2; i++) await server.CreateKeyAsync("""{"name":"foreign","kind":"test"}""");
        var foreign = (await server.SendAsync("GET", "/api/v1/keys?search=foreign&limit=1")).Json.GetProperty("nextCursor").GetString();
        var theirs = await server.SendAsync("GET", $"/api/v1/keys?search=foreign&cursor={foreign}", token: server.OtherToken);
        var nobodys = await server.SendAsync("GET", $"/api/v1/keys?search=foreign&cursor={Convert.ToBase64String("key_00000000000000000000000000"u8).TrimEnd('=')}", token: server.OtherToken);
        theirs.Status.ShouldBe(HttpStatusCode.BadRequest);
        theirs.WithoutRequestId.ShouldBe(nobodys.WithoutRequestId);
    }

    [Theory]
    [InlineData('%')]
    [InlineData('_')]
    [InlineData('\\')]
    public async Task A_hundred_wildcards_are_a_hundred_characters(char wildcard)
    {
        var name = new string(wildcard, 100);
        var key = await server.CreateKeyAsync(System.Text.Json.JsonSerializer.Serialize(new { name, kind = "test" }), server.OtherToken);
        (await FindAsync(name)).ShouldBe([key.Id]);
        (await server.SendAsync("GET", $"/api/v1/keys?search={Uri.EscapeDataString(name + wildcard)}", token: server.OtherToken)).Fields.ShouldBe(["search"]);
    }

    [Fact]
    public async Task The_database_holds_no_secret_in_the_clear_and_a_planted_hash_opens_nothing()
    {
        var key = await server.CreateKeyAsync("""{"name":"dumped","kind":"production","requireSigning":true}""");
        var secret = key.Json.GetProperty("key").GetString()!;
        var signing = key.Json.GetProperty("signingSecret").GetString()!;
        await server.QueryAsync(db => db.Database.ExecuteSqlRawAsync("pragma wal_checkpoint(truncate)"));
        var file = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(server.Database.Location, TestContext.Current.CancellationToken));
        file.ShouldContain(secret[12..24]);
        file.ShouldNotContain(secret[24..44]);
        file.ShouldNotContain(signing[7..]);

        // Whoever can write rows but has no pepper makes a hash that is nobody's.
        var planted = Sluice.Gateway.Keys.KeyText.Create(Sluice.Gateway.Keys.KeyPurpose.Management, out var publicId).Reveal();
        await server.QueryAsync(db =>
        {
            db.ManagementTokens.Add(new Sluice.Server.Storage.ManagementTokenRow
            {
                Id = "mgt_planted", OrganisationId = ManagementServer.OrganisationA, Purpose = "management", Name = "planted", PublicId = publicId,
                Hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(planted)), PepperVersion = 1, CreatedAtMs = 1,
            });
            return db.SaveChangesAsync();
        });
        (await server.SendAsync("GET", "/api/v1/whoami", token: planted)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private Task<IReadOnlyList<string>> FindAsync(string search, string? token = null) => ListAsync("search=" + Uri.EscapeDataString(search), token);

    private async Task<IReadOnlyList<string>> ListAsync(string query, string? token = null)
    {
        var reply = await server.SendAsync("GET", "/api/v1/keys?" + query, token: token ?? server.OtherToken);
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        return [.. reply.Json.GetProperty("data").EnumerateArray().Select(k => k.GetProperty("id").GetString()!)];
    }
}
