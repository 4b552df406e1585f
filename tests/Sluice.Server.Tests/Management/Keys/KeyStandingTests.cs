using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Secrets;
using Microsoft.Extensions.DependencyInjection;

namespace Sluice.Server.Tests.Management.Keys;

/// <summary>Production keys are for verified people, limits for the organisation's tier; tags and signing.</summary>
public class KeyStandingTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string B = ManagementServer.OrganisationB;

    [Theory]
    [InlineData(false, false, "e-mail address and a verified telephone number")]
    [InlineData(true, false, "telephone number")]
    [InlineData(false, true, "e-mail address")]
    public async Task A_production_key_needs_a_verified_address_and_number_and_the_refusal_says_which_is_missing(bool email, bool phone, string missing)
    {
        var person = await server.AddPersonAsync(B, "role_owner");
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == person.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.EmailConfirmed, email).SetProperty(x => x.PhoneNumberConfirmed, phone)));
        var refused = await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"production"}""", person.Token);
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused.Code.ShouldBe("verification_required");
        refused.Text.ShouldContain(missing);
        (await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"test"}""", person.Token)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Verified_people_and_the_operators_own_tokens_make_production_keys_and_a_token_without_a_person_does_not()
    {
        var person = await server.AddPersonAsync(B, "role_owner");
        (await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"production"}""", person.Token)).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"production"}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"production"}""", server.OtherToken)).Code.ShouldBe("verification_required");
        // Even the operator's people are people.
        var unverified = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner", verified: false);
        (await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"production"}""", unverified.Token)).Code.ShouldBe("verification_required");
    }

    [Fact]
    public async Task A_service_token_stands_for_whoever_made_it()
    {
        var person = await server.AddPersonAsync(B, "role_owner");
        await server.QueryAsync(db => db.ManagementTokens.Where(t => t.Id == "mgt_other").ExecuteUpdateAsync(t => t.SetProperty(x => x.CreatedBy, person.AccountId)));
        (await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"production"}""", server.OtherToken)).Status.ShouldBe(HttpStatusCode.Created);
        await server.QueryAsync(db => db.ManagementTokens.Where(t => t.Id == "mgt_other").ExecuteUpdateAsync(t => t.SetProperty(x => x.CreatedBy, (string?)null)));
    }

    [Fact]
    public async Task Limits_left_out_are_the_tiers_and_limits_above_it_are_refused_with_the_way_to_more()
    {
        var person = await server.AddPersonAsync(B, "role_owner");
        var production = (await server.CreateKeyAsync("""{"name":"k","kind":"production"}""", person.Token)).Json.GetProperty("limits");
        production.GetProperty("callsPerDay").GetInt64().ShouldBe(1_000);
        production.GetProperty("requestsPerMinute").GetInt64().ShouldBe(60);
        production.GetProperty("concurrency").GetInt64().ShouldBe(10);
        (await server.CreateKeyAsync(token: person.Token)).Json.GetProperty("limits").GetProperty("callsPerDay").GetInt64().ShouldBe(500);
        foreach (var limits in new[] { """{"callsPerDay":2001}""", """{"callsPerDay":null}""" })
        {
            var refused = await server.SendAsync("POST", "/api/v1/keys", $$"""{"name":"k","kind":"production","limits":{{limits}}}""", person.Token);
            refused.Status.ShouldBe(HttpStatusCode.Forbidden);
            refused.Code.ShouldBe("above_tier");
            refused.Fields.ShouldBe(["limits.callsPerDay"]);
            refused.Text.ShouldContain("quota-applications");
        }

        var key = await server.CreateKeyAsync(token: person.Token);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{key.Id}", """{"limits":{"requestsPerMinute":61}}""", person.Token)).Code.ShouldBe("above_tier");
        (await server.SendAsync("PATCH", $"/api/v1/keys/{key.Id}", """{"limits":{"requestsPerMinute":59}}""", person.Token)).Status.ShouldBe(HttpStatusCode.OK);
        // What the operator raised stays when something else is changed.
        await server.QueryAsync(db => db.Keys.Where(k => k.Id == key.Id).ExecuteUpdateAsync(k => k.SetProperty(x => x.CallsPerDay, 50_000)));
        (await server.SendAsync("PATCH", $"/api/v1/keys/{key.Id}", """{"name":"renamed"}""", person.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{key.Id}", """{"limits":{"callsPerDay":50001}}""", person.Token)).Code.ShouldBe("above_tier");
    }

    [Fact]
    public async Task Tags_are_trimmed_kept_as_written_and_replaced_whole()
    {
        var created = await server.CreateKeyAsync("""{"name":"k","kind":"test","tags":[" Web ","web","a b","Web"]}""");
        Tags(created).ShouldBe(["Web", "a b", "web"]);
        Tags(await server.SendAsync("GET", $"/api/v1/keys/{created.Id}")).ShouldBe(["Web", "a b", "web"]);
        var before = await server.AuditCountAsync();
        Tags(await server.SendAsync("PATCH", $"/api/v1/keys/{created.Id}", """{"tags":["web","Web","a b"]}""")).ShouldBe(["Web", "a b", "web"]);
        (await server.AuditCountAsync()).ShouldBe(before);
        Tags(await server.SendAsync("PATCH", $"/api/v1/keys/{created.Id}", """{"tags":["new","web"]}""")).ShouldBe(["new", "web"]);
        (await server.SendAsync("GET", "/api/v1/keys?tag=new")).Json.GetProperty("data").EnumerateArray().Select(k => k.GetProperty("id").GetString()).ShouldBe([created.Id]);
        (await server.SendAsync("GET", "/api/v1/keys?tag=New")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        Tags(await server.SendAsync("PATCH", $"/api/v1/keys/{created.Id}", """{"tags":null}""")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""["ok",7]""", "tags[1]")]
    [InlineData("""[""]""", "tags[0]")]
    [InlineData("""["a\nb"]""", "tags[0]")]
    [InlineData("\"web\"", "tags")]
    [InlineData("21", "tags")]
    [InlineData("65", "tags[0]")]
    public async Task A_wrong_tag_is_refused_by_its_place(string tags, string field)
    {
        if (tags is "21") tags = JsonSerializer.Serialize(Enumerable.Range(0, 21).Select(i => $"t{i}"));
        if (tags is "65") tags = JsonSerializer.Serialize(new[] { new string('t', 65) });
        (await server.SendAsync("POST", "/api/v1/keys", $$"""{"name":"k","kind":"test","tags":{{tags}}}""")).Fields.ShouldBe([field]);
    }

    [Fact]
    public async Task A_signing_secret_is_shown_once_kept_sealed_and_bound_to_its_key()
    {
        var sealer = server.Services.GetRequiredService<SecretSealer>();
        var created = await server.CreateKeyAsync("""{"name":"signed","kind":"production","requireSigning":true}""");
        var secret = created.Json.GetProperty("signingSecret").GetString()!;
        secret.ShouldStartWith("slcsig_");
        secret.Length.ShouldBe(7 + 43);
        created.Json.GetProperty("requiresSigning").GetBoolean().ShouldBeTrue();
        (await OpenAsync(created.Id)).ShouldBe(secret);
        var got = await server.SendAsync("GET", $"/api/v1/keys/{created.Id}");
        got.Text.ShouldNotContain(secret);
        got.Json.TryGetProperty("signingSecret", out _).ShouldBeFalse();

        var renewed = await server.SendAsync("POST", $"/api/v1/keys/{created.Id}/signing");
        var second = renewed.Json.GetProperty("signingSecret").GetString()!;
        second.ShouldNotBe(secret);
        (await OpenAsync(created.Id)).ShouldBe(second);
        // In another key's row it is of no use.
        var other = (await server.CreateKeyAsync("""{"name":"other","kind":"production"}""")).Id;
        var box = await server.QueryAsync(db => db.Keys.Where(k => k.Id == created.Id).Select(k => k.SealedSigningSecret).SingleAsync());
        SigningSecret.TryOpen(sealer, other, box, out _).ShouldBeFalse();

        (await server.SendAsync("DELETE", $"/api/v1/keys/{created.Id}/signing")).Json.GetProperty("requiresSigning").GetBoolean().ShouldBeFalse();
        var before = await server.AuditCountAsync();
        (await server.SendAsync("DELETE", $"/api/v1/keys/{created.Id}/signing")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.AuditCountAsync()).ShouldBe(before);
        (await server.QueryAsync(db => db.AuditEntries.Where(e => e.SubjectId == created.Id).Select(e => e.Detail).ToListAsync())).ShouldAllBe(d => !d.Contains("slcsig_"));
        server.Log.ShouldNotContain("slcsig_");

        async Task<string?> OpenAsync(string id)
        {
            var sealedBox = await server.QueryAsync(db => db.Keys.Where(k => k.Id == id).Select(k => k.SealedSigningSecret).SingleAsync());
            return SigningSecret.TryOpen(sealer, id, sealedBox, out var open) ? open.Reveal() : null;
        }
    }

    [Fact]
    public async Task Only_production_keys_that_work_are_signed()
    {
        (await server.SendAsync("POST", "/api/v1/keys", """{"name":"k","kind":"test","requireSigning":true}""")).Fields.ShouldBe(["requireSigning"]);
        (await server.SendAsync("POST", $"/api/v1/keys/{(await server.CreateKeyAsync()).Id}/signing")).Status.ShouldBe(HttpStatusCode.Conflict);
        var revoked = (await server.CreateKeyAsync("""{"name":"k","kind":"production"}""")).Id;
        await server.SendAsync("DELETE", $"/api/v1/keys/{revoked}");
        (await server.SendAsync("POST", $"/api/v1/keys/{revoked}/signing")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    private static IReadOnlyList<string?> Tags(Reply reply) => [.. reply.Json.GetProperty("tags").EnumerateArray().Select(t => t.GetString())];
}
