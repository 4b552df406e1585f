using System.Net;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Accounts;

namespace Sluice.Server.Tests.Management.Accounts;

public class SignInTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Fact]
    public async Task The_token_of_a_sign_in_is_a_session_and_is_new_each_time()
    {
        var (_, email) = await _server.JoinAsync();
        var before = "";
        for (var i = 0; i < 2; i++)
        {
            var reply = await _server.SendAsync("POST", "/api/v1/sessions", $$"""{"email":"{{email}}","password":"{{AccountsBed.Password}}"}""", token: before);
            reply.Status.ShouldBe(HttpStatusCode.Created, reply.Text);
            reply.Headers.ContainsKey("set-cookie").ShouldBeFalse();
            var token = reply.Json.GetProperty("token").GetString()!;
            token.ShouldNotBe(before);
            before = token;
            (await _server.SendAsync("GET", "/api/v1/me", token: token)).Json.GetProperty("email").GetString().ShouldBe(email);
        }
    }

    [Fact]
    public async Task A_wrong_password_an_unknown_address_and_a_wrong_code_are_told_the_same()
    {
        var (person, email) = await _server.JoinAsync();
        var wrong = await _server.TrySignInAsync(email, AccountsBed.OtherPassword);
        var unknown = await _server.TrySignInAsync(_server.NewAddress(), AccountsBed.OtherPassword);
        await _server.SecondFactorAsync(person);
        var code = await _server.TrySignInAsync(email, code: "000000");
        wrong.Status.ShouldBe(HttpStatusCode.Unauthorized);
        unknown.WithoutRequestId.ShouldBe(wrong.WithoutRequestId);
        code.WithoutRequestId.ShouldBe(wrong.WithoutRequestId);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_only_after_the_right_password()
    {
        var (person, email) = await _server.JoinAsync();
        var (secret, _) = await _server.SecondFactorAsync(person);
        (await _server.TrySignInAsync(email, AccountsBed.OtherPassword)).Code.ShouldBe("invalid_credentials");
        (await _server.TrySignInAsync(email)).Code.ShouldBe("second_factor_required");
        var session = await _server.SignedInAsync(email, code: _server.CodeNow(secret));
        (await _server.QueryAsync(db => db.Sessions.SingleAsync(s => s.Id == session.SessionId))).SecondFactor.ShouldBeTrue();
    }

    [Fact]
    public async Task A_code_works_once_and_so_does_a_recovery_code_however_it_is_typed()
    {
        var (person, email) = await _server.JoinAsync();
        var (secret, codes) = await _server.SecondFactorAsync(person);
        var code = _server.CodeNow(secret);
        await _server.SignedInAsync(email, code: code);
        (await _server.TrySignInAsync(email, code: code)).Code.ShouldBe("invalid_credentials");
        codes.Count.ShouldBe(10);
        var typed = codes[3].ToLowerInvariant().Replace("-", " ");
        (await _server.TrySignInAsync(email, recoveryCode: typed)).Status.ShouldBe(HttpStatusCode.Created);
        (await _server.TrySignInAsync(email, recoveryCode: codes[3])).Code.ShouldBe("invalid_credentials");
        (await _server.AsAsync(await _server.SignInAsync(person.AccountId), "GET", "/me")).Json.GetProperty("recoveryCodesLeft").GetInt32().ShouldBe(9);
    }

    [Fact]
    public async Task An_older_code_than_the_last_one_used_is_refused_though_its_time_is_not_over()
    {
        var (person, email) = await _server.JoinAsync();
        var (secret, _) = await _server.SecondFactorAsync(person);
        var step = Totp.StepAt(_server.Time.GetUtcNow());
        await _server.SignedInAsync(email, code: Totp.CodeAt(secret, step + 1));
        (await _server.TrySignInAsync(email, code: Totp.CodeAt(secret, step))).Code.ShouldBe("invalid_credentials");
    }

    [Fact]
    public async Task Two_hundred_guesses_at_once_are_five()
    {
        var (_, email) = await _server.JoinAsync();
        for (var i = 0; i < 200; i++)
            (await _server.TrySignInAsync(email, AccountsBed.OtherPassword)).Code.ShouldBe("invalid_credentials");
        (await _server.AccountAsync(email)).AccessFailedCount.ShouldBe(5);
        // The right one is not looked at either until the wait is over.
        (await _server.TrySignInAsync(email)).Code.ShouldBe("invalid_credentials");
        _server.Time.Advance(SignInGuard.WaitAfter(5));
        await _server.SignedInAsync(email);
        (await _server.AccountAsync(email)).AccessFailedCount.ShouldBe(0);
    }

    [Fact]
    public async Task Two_hundred_patient_guesses_are_a_hundred_and_the_second_factor_lets_the_owner_in()
    {
        var (person, email) = await _server.JoinAsync();
        var (secret, _) = await _server.SecondFactorAsync(person);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 200; i++)
        {
            (await _server.TrySignInAsync(email, AccountsBed.OtherPassword)).Code.ShouldBe("invalid_credentials");
            var account = await _server.AccountAsync(email);
            if (account.LockoutEnd is { } end && account.AccessFailedCount < 100)
                waits.Add(end - _server.Time.GetUtcNow());
            _server.Time.Advance(TimeSpan.FromMinutes(15));
        }

        waits[0].ShouldBe(TimeSpan.FromSeconds(5));
        waits.ShouldBe(waits.Order());
        waits.Max().ShouldBe(TimeSpan.FromMinutes(15));
        (await _server.AccountAsync(email)).AccessFailedCount.ShouldBe(100);
        _server.Time.Advance(TimeSpan.FromDays(30));
        (await _server.TrySignInAsync(email)).Code.ShouldBe("invalid_credentials");
        (await _server.TrySignInAsync(email, code: "000000")).Code.ShouldBe("invalid_credentials");
        await _server.SignedInAsync(email, code: _server.CodeNow(secret));
        (await _server.AccountAsync(email)).AccessFailedCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_stopped_account_without_a_second_factor_comes_back_with_a_new_password()
    {
        var (_, email) = await _server.JoinAsync();
        await _server.QueryAsync(db => db.Accounts.Where(a => a.Email == email).ExecuteUpdateAsync(a => a.SetProperty(x => x.AccessFailedCount, 100)));
        (await _server.TrySignInAsync(email)).Code.ShouldBe("invalid_credentials");
        await _server.OpenAsync("/password-resets", new { email });
        (await _server.OpenAsync("/password-resets/confirm", new { token = (await _server.MailAsync(email, "password_reset")).Token, newPassword = AccountsBed.OtherPassword })).Status.ShouldBe(HttpStatusCode.OK);
        await _server.SignedInAsync(email, AccountsBed.OtherPassword);
    }

    [Fact]
    public async Task Whoever_knows_the_password_guesses_no_code_either()
    {
        var (person, email) = await _server.JoinAsync();
        var (secret, _) = await _server.SecondFactorAsync(person);
        for (var i = 0; i < 20; i++)
            await _server.TrySignInAsync(email, code: "000000");
        (await _server.AccountAsync(email)).SecondFactorFailedCount.ShouldBe(5);
        (await _server.TrySignInAsync(email, code: _server.CodeNow(secret))).Code.ShouldBe("invalid_credentials");
        _server.Time.Advance(TimeSpan.FromSeconds(30));
        await _server.SignedInAsync(email, code: _server.CodeNow(secret));
    }

    [Fact]
    public async Task One_password_tried_at_many_addresses_raises_an_alarm_at_once()
    {
        var owner = await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        _server.Time.Advance(TimeSpan.FromMinutes(11));
        for (var i = 0; i < _server.Options().Accounts.SprayAddresses; i++)
        {
            (await _server.QueryAsync(db => db.Notifications.CountAsync(n => n.AccountId == owner.AccountId))).ShouldBe(0);
            await _server.TrySignInAsync(_server.NewAddress(), AccountsBed.OtherPassword);
        }

        (await _server.QueryAsync(db => db.Notifications.SingleAsync(n => n.AccountId == owner.AccountId))).Kind.ShouldBe("password_spray");
        _server.Log.ShouldContain("somebody is trying passwords");
    }

    [Fact]
    public async Task A_new_device_is_told_to_the_owner_and_a_known_one_is_not()
    {
        var (_, email) = await _server.JoinAsync();
        await _server.SignedInAsync(email);
        (await _server.MailsAsync(email)).ShouldNotContain(m => m.Kind == "new_sign_in");
        await _server.SendAsync("POST", "/api/v1/sessions", $$"""{"email":"{{email}}","password":"{{AccountsBed.Password}}"}""", token: "", headers: ("User-Agent", "Elsewhere/1.0"));
        (await _server.MailsAsync(email)).ShouldContain(m => m.Kind == "new_sign_in");
    }

    [Fact]
    public async Task A_token_that_differs_in_one_character_is_no_session()
    {
        var (person, _) = await _server.JoinAsync();
        for (var i = 0; i < person.Token.Length; i++)
        {
            var changed = person.Token[..i] + (char)(person.Token[i] ^ 1) + person.Token[(i + 1)..];
            (await _server.SendAsync("GET", "/api/v1/me", token: changed)).Status.ShouldBe(HttpStatusCode.Unauthorized, changed);
        }
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_by_one_and_all_others_at_once()
    {
        var (first, email) = await _server.JoinAsync();
        var second = await _server.SignedInAsync(email);
        var third = await _server.SignedInAsync(email);
        var list = (await _server.AsAsync(first, "GET", "/me/sessions")).Json.GetProperty("data");
        list.GetArrayLength().ShouldBe(3);
        list.EnumerateArray().Single(s => s.GetProperty("current").GetBoolean()).GetProperty("id").GetString().ShouldBe(first.SessionId);
        (await _server.AsAsync(first, "DELETE", "/me/sessions/" + second.SessionId)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await _server.AsAsync(second, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await _server.AsAsync(first, "DELETE", "/me/sessions")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await _server.AsAsync(third, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await _server.AsAsync(first, "DELETE", "/sessions/current")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await _server.AsAsync(first, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Anothers_session_cannot_be_told_from_none()
    {
        var (one, _) = await _server.JoinAsync();
        var (other, _) = await _server.JoinAsync();
        var theirs = await _server.AsAsync(one, "DELETE", "/me/sessions/" + other.SessionId);
        var none = await _server.AsAsync(one, "DELETE", "/me/sessions/ses_none");
        theirs.WithoutRequestId.ShouldBe(none.WithoutRequestId);
        (await _server.AsAsync(other, "GET", "/me")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_person_keeps_fifty_sessions_and_the_oldest_end()
    {
        var (first, email) = await _server.JoinAsync();
        for (var i = 0; i < SessionStarter.SessionsMax; i++)
        {
            _server.Time.Advance(TimeSpan.FromSeconds(1));
            await _server.SignedInAsync(email);
        }

        (await _server.AsAsync(first, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await _server.QueryAsync(db => db.Sessions.CountAsync(s => s.AccountId == first.AccountId && s.RevokedAtMs == null))).ShouldBe(SessionStarter.SessionsMax);
    }

    [Fact]
    public async Task A_hash_of_fewer_rounds_is_made_anew_at_the_next_sign_in()
    {
        var (_, email) = await _server.JoinAsync();
        var before = (await _server.AccountAsync(email)).PasswordHash;
        try
        {
            _server.Options().Accounts.PasswordIterations = 2_000;
            await _server.SignedInAsync(email);
            var after = (await _server.AccountAsync(email)).PasswordHash;
            after.ShouldNotBe(before);
            await _server.SignedInAsync(email);
            (await _server.AccountAsync(email)).PasswordHash.ShouldBe(after);
        }
        finally
        {
            _server.Options().Accounts.PasswordIterations = 1_000;
        }
    }

    [Fact]
    public async Task The_regulated_profile_wants_a_new_password_after_90_days()
    {
        var (_, email) = await _server.JoinAsync();
        try
        {
            _server.Options().Accounts.PasswordProfile = PasswordProfile.Mlps3;
            _server.Time.Advance(TimeSpan.FromDays(89));
            await _server.SignedInAsync(email);
            _server.Time.Advance(TimeSpan.FromDays(1));
            (await _server.TrySignInAsync(email)).Code.ShouldBe("password_expired");
            (await _server.TrySignInAsync(email, AccountsBed.OtherPassword)).Code.ShouldBe("invalid_credentials");
        }
        finally
        {
            _server.Options().Accounts.PasswordProfile = PasswordProfile.Default;
        }
    }
}
