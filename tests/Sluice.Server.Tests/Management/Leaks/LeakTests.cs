using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Leaks;

namespace Sluice.Server.Tests.Management.Leaks;

/// <summary>A text with keys in it, and what becomes of them.</summary>
public class LeakTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string B = ManagementServer.OrganisationB;
    private const string Noises = "sk-slc_tev \n=\"'&\u0000\ud83d\ude00ABCxyz09";

    [Fact]
    public async Task A_leaked_key_is_revoked_wherever_in_the_text_it_stands_and_its_owner_told()
    {
        var person = await server.AddPersonAsync(B, "role_developer");
        var key = await server.CreateKeyAsync("""{"name":"Website","kind":"test"}""", person.Token);
        var secret = Secret(key);
        var reply = await ReportAsync($"\u001b[31m$ export KEY='{secret}x' && curl\0 …\nagain: {secret}", server.OtherToken);
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        var token = reply.Json.GetProperty("tokens").EnumerateArray().Single();
        token.GetProperty("state").GetString().ShouldBe("revoked");
        token.GetProperty("subjectId").GetString().ShouldBe(key.Id);
        token.GetProperty("masked").GetString().ShouldBe($"{secret[..24]}…{secret[^4..]}");
        reply.Text.ShouldNotContain(secret);
        server.Changes.Seen.ShouldContain(key.Id);

        var now = (await server.SendAsync("GET", $"/api/v1/keys/{key.Id}", token: person.Token)).Json;
        now.GetProperty("status").GetString().ShouldBe("revoked");
        now.GetProperty("revokedReason").GetString().ShouldBe("leaked");
        (await server.QueryAsync(db => db.AuditEntries.Where(e => e.SubjectId == key.Id && e.Action == "key.leak.revoke").SingleAsync())).Detail.ShouldNotContain(secret[24..]);
        var told = await server.QueryAsync(db => db.Notifications.Where(n => n.AccountId == person.AccountId).SingleAsync());
        (told.Kind, told.SubjectId, told.OrganisationId).ShouldBe(("key_leaked", key.Id, B));
        told.Text.ShouldNotContain(secret);
        (await server.QueryAsync(db => db.Outbox.Where(m => m.AccountId == person.AccountId).SingleAsync())).Kind.ShouldBe("key_leaked");

        var audits = await server.AuditCountAsync();
        (await ReportAsync(secret, server.OtherToken)).Json.GetProperty("tokens")[0].GetProperty("state").GetString().ShouldBe("already_revoked");
        (await server.AuditCountAsync()).ShouldBe(audits);
    }

    [Fact]
    public async Task Another_organisations_key_cannot_be_told_from_none()
    {
        var key = await server.CreateKeyAsync();
        var secret = Secret(key);
        var foreign = await ReportAsync(secret, server.OtherToken);
        var unknown = KeyText.Create(KeyPurpose.Test, out _).Reveal();
        var none = await ReportAsync(unknown, server.OtherToken);
        foreach (var reply in new[] { foreign, none })
        {
            var token = reply.Json.GetProperty("tokens").EnumerateArray().Single();
            token.EnumerateObject().Select(m => m.Name).ShouldBe(["masked", "state", "subjectId"]);
            token.GetProperty("state").GetString().ShouldBe("not_known");
            token.GetProperty("subjectId").ValueKind.ShouldBe(JsonValueKind.Null);
        }

        (await server.SendAsync("GET", $"/api/v1/keys/{key.Id}")).Json.GetProperty("status").GetString().ShouldBe("active");
        // Not even to a plain member of the operator's organisation.
        var theirs = await server.CreateKeyAsync(token: server.OtherToken);
        var developer = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_developer");
        (await ReportAsync(Secret(theirs), developer.Token)).Json.GetProperty("tokens")[0].GetProperty("state").GetString().ShouldBe("not_known");
    }

    [Fact]
    public async Task The_operators_people_revoke_anybodys_key_and_it_stands_in_that_organisations_log()
    {
        var key = await server.CreateKeyAsync(token: server.OtherToken);
        (await ReportAsync(Secret(key))).Json.GetProperty("tokens")[0].GetProperty("state").GetString().ShouldBe("revoked");
        (await server.QueryAsync(db => db.AuditEntries.SingleAsync(e => e.SubjectId == key.Id && e.Action == "key.leak.revoke"))).OrganisationId.ShouldBe(B);
    }

    [Fact]
    public async Task Knowing_the_visible_part_revokes_nothing()
    {
        var key = await server.CreateKeyAsync(token: server.OtherToken);
        var secret = Secret(key);
        var forged = WithCheck(secret[..24] + KeyText.Create(KeyPurpose.Test, out _).Reveal()[24..^6]);
        (await ReportAsync(forged, server.OtherToken)).Json.GetProperty("tokens")[0].GetProperty("state").GetString().ShouldBe("not_known");
        (await ReportAsync(secret[..^1] + (secret[^1] == 'a' ? 'b' : 'a'), server.OtherToken)).Json.GetProperty("tokens").GetArrayLength().ShouldBe(0);
        (await server.SendAsync("GET", $"/api/v1/keys/{key.Id}", token: server.OtherToken)).Json.GetProperty("status").GetString().ShouldBe("active");
    }

    [Fact]
    public async Task Of_a_key_that_was_rotated_since_the_leaked_secret_alone_is_ended()
    {
        var key = await server.CreateKeyAsync(token: server.OtherToken);
        var old = Secret(key);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        var rotated = await server.SendAsync("POST", $"/api/v1/keys/{key.Id}/rotate", token: server.OtherToken);
        (await ReportAsync(old, server.OtherToken)).Json.GetProperty("tokens")[0].GetProperty("state").GetString().ShouldBe("revoked");
        var now = (await server.SendAsync("GET", $"/api/v1/keys/{key.Id}", token: server.OtherToken)).Json;
        now.GetProperty("status").GetString().ShouldBe("active");
        now.GetProperty("credentials").EnumerateArray().Single().GetProperty("lastFour").GetString().ShouldBe(rotated.Json.GetProperty("key").GetString()![^4..]);
        (await ReportAsync(old, server.OtherToken)).Json.GetProperty("tokens")[0].GetProperty("state").GetString().ShouldBe("already_revoked");
        (await ReportAsync(Secret(rotated), server.OtherToken)).Json.GetProperty("tokens")[0].GetProperty("state").GetString().ShouldBe("revoked");
        (await server.SendAsync("GET", $"/api/v1/keys/{key.Id}", token: server.OtherToken)).Json.GetProperty("status").GetString().ShouldBe("revoked");
    }

    [Fact]
    public async Task Sessions_and_management_tokens_are_revoked_too()
    {
        var person = await server.AddPersonAsync(B, "role_developer");
        var leaked = await server.SignInAsync(person.AccountId);
        var owner = await server.AddPersonAsync(B, "role_owner");
        var text = KeyText.Create(KeyPurpose.Management, out var publicId).Reveal();
        await server.QueryAsync(db =>
        {
            db.ManagementTokens.Add(new Sluice.Server.Storage.ManagementTokenRow
            {
                Id = "mgt_leaked", OrganisationId = B, Purpose = "management", Name = "leaked", PublicId = publicId, Hash = server.Hasher.Hash(text, out var version), PepperVersion = version, CreatedAtMs = 1,
            });
            return db.SaveChangesAsync();
        });
        (await server.SendAsync("GET", "/api/v1/whoami", token: text)).Status.ShouldBe(HttpStatusCode.OK);

        // Its own answer still comes: the call was let in before.
        var reply = await ReportAsync($"{leaked.Token} {text}", text);
        reply.Json.GetProperty("tokens").EnumerateArray().Select(t => t.GetProperty("state").GetString()).ShouldBe(["revoked", "revoked"]);
        (await server.SendAsync("GET", "/api/v1/whoami", token: text)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.SendAsync("GET", "/api/v1/whoami", token: leaked.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.SendAsync("GET", "/api/v1/whoami", token: person.Token)).Status.ShouldBe(HttpStatusCode.OK);
        // A token that is nobody's is told to the organisation's owners.
        (await server.QueryAsync(db => db.Notifications.AnyAsync(n => n.AccountId == owner.AccountId && n.SubjectId == "mgt_leaked"))).ShouldBeTrue();
        (await server.QueryAsync(db => db.Notifications.AnyAsync(n => n.AccountId == person.AccountId && n.SubjectId == leaked.SessionId))).ShouldBeTrue();
    }

    [Fact]
    public async Task Somebody_in_no_organisation_ends_their_own_session_and_nothing_else()
    {
        var alone = await server.AddPersonAsync(null);
        var second = await server.SignInAsync(alone.AccountId);
        var other = await server.AddPersonAsync(B, "role_developer");
        var reply = await ReportAsync($"{second.Token} {other.Token}", alone.Token);
        reply.Json.GetProperty("tokens").EnumerateArray().Select(t => t.GetProperty("state").GetString()).ShouldBe(["revoked", "not_known"]);
    }

    [Fact]
    public async Task Nobody_unverified_is_written_to()
    {
        var person = await server.AddPersonAsync(B, "role_developer", verified: false);
        var key = await server.CreateKeyAsync(token: person.Token);
        await ReportAsync(Secret(key), server.OtherToken);
        (await server.QueryAsync(db => db.Notifications.AnyAsync(n => n.SubjectId == key.Id))).ShouldBeTrue();
        (await server.QueryAsync(db => db.Outbox.AnyAsync(m => m.AccountId == person.AccountId))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_text_too_large_or_with_too_many_tokens_is_refused()
    {
        (await ReportAsync(new string('x', 500_001))).Fields.ShouldBe(["text"]);
        (await ReportAsync(string.Join(' ', Enumerable.Range(0, 1_001).Select(_ => KeyText.Create(KeyPurpose.Live, out var _).Reveal())))).Fields.ShouldBe(["text"]);
        (await ReportAsync("nothing here sk-slc_ sk-slc_test_ sk-slc_test_short")).Json.GetProperty("tokens").GetArrayLength().ShouldBe(0);
        (await server.SendAsync("POST", "/api/v1/leaks", """{"text":7}""")).Fields.ShouldBe(["text"]);
    }

    [Fact]
    public void Tokens_are_found_in_any_surroundings()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var made = Enumerable.Range(0, 5).Select(_ => KeyText.Create((KeyPurpose)random.Next(5), out var _).Reveal()).ToList();
            var text = string.Concat(made.Select(m => Noise(random) + m));
            LeakedToken.In(text + Noise(random), 100).Select(t => t.Text.Reveal()).ShouldBe(made);
        }

        static string Noise(Random random) => string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Noises[random.Next(Noises.Length)])) + " ";
    }

    private Task<Reply> ReportAsync(string text, string? token = null) => server.SendAsync("POST", "/api/v1/leaks", JsonSerializer.Serialize(new { text }), token);

    private static string Secret(Reply reply) => reply.Json.GetProperty("key").GetString()!;

    private static string WithCheck(string text)
    {
        const string base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        var crc = System.IO.Hashing.Crc32.HashToUInt32(System.Text.Encoding.ASCII.GetBytes(text));
        var check = new char[6];
        for (var i = 5; i >= 0; i--, crc /= 62) check[i] = base62[(int)(crc % 62)];
        return text + new string(check);
    }
}
