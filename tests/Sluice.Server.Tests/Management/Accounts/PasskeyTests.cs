using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Accounts;

public class PasskeyTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Fact]
    public async Task A_passkey_signs_in_by_itself_and_counts_as_two_factors()
    {
        using var key = new SoftAuthenticator();
        var (person, email) = await _server.JoinAsync();
        var added = await AddAsync(person, key);
        added.Status.ShouldBe(HttpStatusCode.Created, added.Text);
        added.Id.ShouldBe(key.Id);
        (await _server.MailsAsync(email)).ShouldContain(m => m.Kind == "account_changed");

        key.Counter++;
        var reply = await SignInAsync(key);
        reply.Status.ShouldBe(HttpStatusCode.Created, reply.Text);
        reply.Json.GetProperty("accountId").GetString().ShouldBe(person.AccountId);
        var sessionId = reply.Json.GetProperty("sessionId").GetString();
        var session = await _server.QueryAsync(db => db.Sessions.SingleAsync(s => s.Id == sessionId));
        (session.Method, session.SecondFactor).ShouldBe(("passkey", true));
        var row = await _server.QueryAsync(db => db.Passkeys.SingleAsync(p => p.UserId == person.AccountId));
        (row.SignCount, row.LastUsedAtMs).ShouldBe((2, _server.Time.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    [Fact]
    public async Task The_question_to_a_stranger_tells_nothing_about_anybody()
    {
        using var key = new SoftAuthenticator();
        var (person, _) = await _server.JoinAsync();
        await AddAsync(person, key);
        var question = (await _server.OpenAsync("/sessions/passkey/options", new { })).Json.GetProperty("publicKey");
        question.GetProperty("allowCredentials").GetArrayLength().ShouldBe(0);
        question.GetProperty("userVerification").GetString().ShouldBe("required");
        question.GetProperty("rpId").GetString().ShouldBe("localhost");
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("port")]
    [InlineData("cross")]
    [InlineData("site")]
    [InlineData("challenge")]
    [InlineData("unverified")]
    public async Task A_passkey_that_answers_for_another_place_or_question_is_refused(string lie)
    {
        using var key = new SoftAuthenticator();
        var (person, _) = await _server.JoinAsync();
        (await AddAsync(person, key)).Status.ShouldBe(HttpStatusCode.Created);
        using var second = new SoftAuthenticator();
        foreach (var liar in new[] { key, second })
        {
            switch (lie)
            {
                case "origin": liar.Origin = "https://localhost.evil.example"; break;
                case "port": liar.Origin = "http://localhost:8080"; break;
                case "cross": liar.CrossOrigin = true; break;
                case "site": liar.Site = "evil.example"; break;
                case "challenge": liar.Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; break;
                default: liar.Verifies = false; break;
            }
        }

        key.Counter++;
        (await SignInAsync(key)).Code.ShouldBe("invalid_credentials");
        (await AddAsync(person, second)).Fields.ShouldBe(["credential"]);
        (await _server.QueryAsync(db => db.Passkeys.CountAsync(p => p.UserId == person.AccountId))).ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_is_taken_once_even_from_an_authenticator_that_does_not_count()
    {
        using var key = new SoftAuthenticator { Counter = 0 };
        var (person, _) = await _server.JoinAsync();
        (await AddAsync(person, key)).Status.ShouldBe(HttpStatusCode.Created);
        var question = (await _server.OpenAsync("/sessions/passkey/options", new { })).Json;
        var answer = new { state = question.GetProperty("state").GetString(), credential = key.Sign(question.GetProperty("publicKey")), deliver = "token" };
        (await _server.OpenAsync("/sessions/passkey", answer)).Status.ShouldBe(HttpStatusCode.Created);
        (await _server.OpenAsync("/sessions/passkey", answer)).Code.ShouldBe("invalid_credentials");
        (await SignInAsync(key)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Of_many_that_bring_the_same_answer_at_once_one_gets_in()
    {
        using var key = new SoftAuthenticator { Counter = 0 };
        var (person, _) = await _server.JoinAsync();
        await AddAsync(person, key);
        var question = (await _server.OpenAsync("/sessions/passkey/options", new { })).Json;
        var answer = new { state = question.GetProperty("state").GetString(), credential = key.Sign(question.GetProperty("publicKey")), deliver = "token" };
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _server.OpenAsync("/sessions/passkey", answer)));
        replies.Count(r => r.Status == HttpStatusCode.Created).ShouldBe(1);
    }

    [Fact]
    public async Task A_counter_that_goes_back_is_a_copied_key()
    {
        using var key = new SoftAuthenticator { Counter = 10 };
        var (person, _) = await _server.JoinAsync();
        await AddAsync(person, key);
        foreach (var counter in new uint[] { 10, 9, 0 })
        {
            key.Counter = counter;
            (await SignInAsync(key)).Code.ShouldBe("invalid_credentials");
        }

        key.Counter = 11;
        (await SignInAsync(key)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_question_lives_five_minutes_and_belongs_to_its_session()
    {
        using var key = new SoftAuthenticator();
        var (person, email) = await _server.JoinAsync();
        var question = (await _server.AsAsync(person, "POST", "/me/passkeys/options")).Json;
        var body = new { name = "k", state = question.GetProperty("state").GetString(), credential = key.Create(question.GetProperty("publicKey")) };
        (await _server.AsAsync(await _server.SignedInAsync(email), "POST", "/me/passkeys", body)).Fields.ShouldBe(["credential"]);
        (await _server.AsAsync((await _server.JoinAsync()).Person, "POST", "/me/passkeys", body)).Fields.ShouldBe(["credential"]);
        _server.Time.Advance(TimeSpan.FromMinutes(5));
        (await _server.AsAsync(person, "POST", "/me/passkeys", body)).Fields.ShouldBe(["credential"]);

        (await AddAsync(person, key)).Status.ShouldBe(HttpStatusCode.Created);
        key.Counter++;
        var asked = (await _server.OpenAsync("/sessions/passkey/options", new { })).Json;
        _server.Time.Advance(TimeSpan.FromMinutes(5));
        (await _server.OpenAsync("/sessions/passkey", new { state = asked.GetProperty("state").GetString(), credential = key.Sign(asked.GetProperty("publicKey")) })).Code.ShouldBe("invalid_credentials");
    }

    [Fact]
    public async Task A_passkey_belongs_to_one_person()
    {
        using var key = new SoftAuthenticator();
        await AddAsync((await _server.JoinAsync()).Person, key);
        (await AddAsync((await _server.JoinAsync()).Person, key)).Fields.ShouldBe(["credential"]);
    }

    [Fact]
    public async Task A_passkey_confirms_who_is_signed_in_but_only_ones_own()
    {
        using var key = new SoftAuthenticator();
        using var others = new SoftAuthenticator();
        var (person, _) = await _server.JoinAsync();
        var (other, _) = await _server.JoinAsync();
        await AddAsync(person, key);
        await AddAsync(other, others);
        _server.Time.Advance(TimeSpan.FromMinutes(16));
        (await _server.AsAsync(person, "DELETE", "/me/passkeys/" + key.Id)).Code.ShouldBe("confirmation_required");
        (key.Counter, others.Counter) = (2, 2);
        (await ConfirmAsync(person, others)).Code.ShouldBe("invalid_credentials");
        (await ConfirmAsync(person, key)).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AsAsync(person, "DELETE", "/me/passkeys/" + key.Id)).Status.ShouldBe(HttpStatusCode.NoContent);
        key.Counter++;
        (await SignInAsync(key)).Code.ShouldBe("invalid_credentials");
    }

    [Fact]
    public async Task Passkeys_are_listed_and_renamed_by_their_owner_only()
    {
        using var key = new SoftAuthenticator();
        var (person, _) = await _server.JoinAsync();
        var (other, _) = await _server.JoinAsync();
        await AddAsync(person, key);
        (await _server.AsAsync(person, "PATCH", "/me/passkeys/" + key.Id, new { name = "Phone" })).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AsAsync(person, "GET", "/me/passkeys")).Json.GetProperty("data")[0].GetProperty("name").GetString().ShouldBe("Phone");
        (await _server.AsAsync(other, "GET", "/me/passkeys")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        foreach (var (method, body) in new (string, object?)[] { ("PATCH", new { name = "Mine" }), ("DELETE", null) })
        {
            var theirs = await _server.AsAsync(other, method, "/me/passkeys/" + key.Id, body);
            var none = await _server.AsAsync(other, method, "/me/passkeys/AAAA", body);
            theirs.Status.ShouldBe(HttpStatusCode.NotFound);
            theirs.WithoutRequestId.ShouldBe(none.WithoutRequestId);
        }
    }

    [Fact]
    public async Task What_is_no_answer_of_an_authenticator_is_refused_without_a_defect()
    {
        var (person, _) = await _server.JoinAsync();
        var question = (await _server.AsAsync(person, "POST", "/me/passkeys/options")).Json.GetProperty("state").GetString()!;
        var asked = (await _server.OpenAsync("/sessions/passkey/options", new { })).Json.GetProperty("state").GetString()!;
        foreach (var credential in new[] { "{}", """{"id":"AA","type":"public-key"}""", """{"id":7}""", """{"id":"AA","rawId":"AA","type":"public-key","response":{"attestationObject":"AA","clientDataJSON":"AA","authenticatorData":"AA","signature":"AA","userHandle":"AA"},"clientExtensionResults":{}}""" })
        {
            foreach (var state in new[] { question, asked, "", "x", "....", question[..^2] })
            {
                var body = $$"""{"state":{{JsonSerializer.Serialize(state)}},"credential":{{credential}}}""";
                ((int)(await _server.SendAsync("POST", "/api/v1/sessions/passkey", body, token: "")).Status).ShouldBeOneOf(400, 401);
                ((int)(await _server.SendAsync("POST", "/api/v1/me/passkeys", body[..^1] + ",\"name\":\"k\"}", person.Token)).Status).ShouldBe(400);
            }
        }
    }

    private async Task<Reply> AddAsync(Person person, SoftAuthenticator key)
    {
        var question = (await _server.AsAsync(person, "POST", "/me/passkeys/options")).Json;
        return await _server.AsAsync(person, "POST", "/me/passkeys", new { name = "Laptop", state = question.GetProperty("state").GetString(), credential = key.Create(question.GetProperty("publicKey")) });
    }

    private async Task<Reply> SignInAsync(SoftAuthenticator key)
    {
        var question = (await _server.OpenAsync("/sessions/passkey/options", new { })).Json;
        return await _server.OpenAsync("/sessions/passkey", new { state = question.GetProperty("state").GetString(), credential = key.Sign(question.GetProperty("publicKey")), deliver = "token" });
    }

    private async Task<Reply> ConfirmAsync(Person person, SoftAuthenticator key)
    {
        var question = (await _server.AsAsync(person, "POST", "/me/confirm/options")).Json;
        return await _server.AsAsync(person, "POST", "/me/confirm", new { passkey = new { state = question.GetProperty("state").GetString(), credential = key.Sign(question.GetProperty("publicKey")) } });
    }
}
