using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>One's own account: what may be changed, with which proof, and what becomes of it.</summary>
public class ProfileTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Fact]
    public async Task Name_and_language_can_be_changed_by_the_version_one_knows()
    {
        var (person, _) = await _server.JoinAsync();
        var tag = (await _server.AsAsync(person, "GET", "/me")).Headers["etag"];
        (await _server.SendAsync("PATCH", "/api/v1/me", """{"name":"Ada","language":"zh-CN"}""", person.Token, headers: ("If-Match", tag))).Json.GetProperty("language").GetString().ShouldBe("zh-CN");
        (await _server.SendAsync("PATCH", "/api/v1/me", """{"name":"Eve"}""", person.Token, headers: ("If-Match", tag))).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await _server.AsAsync(person, "PATCH", "/me", new { language = "fr" })).Fields.ShouldBe(["language"]);
    }

    [Fact]
    public async Task Messages_are_in_the_readers_language()
    {
        var (person, email) = await _server.JoinAsync();
        await _server.AsAsync(person, "PATCH", "/me", new { language = "zh-CN" });
        await _server.OpenAsync("/password-resets", new { email });
        (await _server.MailAsync(email, "password_reset")).Subject.ShouldBe("重置您的密码");
    }

    [Fact]
    public async Task What_protects_the_account_is_changed_only_after_a_fresh_proof()
    {
        var (person, _) = await _server.JoinAsync();
        _server.Time.Advance(TimeSpan.FromMinutes(15));
        var guarded = new (string Method, string Path, object? Body)[]
        {
            ("PUT", "/me/password", new { currentPassword = AccountsBed.Password, newPassword = AccountsBed.OtherPassword }), ("POST", "/me/email", new { email = _server.NewAddress() }),
            ("POST", "/me/phone", new { phone = "+8613800138000" }), ("POST", "/me/totp", null), ("POST", "/me/totp/confirm", new { code = "123456" }), ("DELETE", "/me/totp", null),
            ("POST", "/me/recovery-codes", null), ("POST", "/me/passkeys/options", null), ("POST", "/me/passkeys", new { name = "k", state = "s", credential = new { } }), ("DELETE", "/me/passkeys/AAAA", null), ("DELETE", "/me", null),
        };
        foreach (var (method, path, body) in guarded)
            (await _server.AsAsync(person, method, path, body)).Code.ShouldBe("confirmation_required", $"{method} {path}");

        (await _server.AsAsync(person, "POST", "/me/confirm", new { password = AccountsBed.OtherPassword })).Code.ShouldBe("invalid_credentials");
        (await _server.AsAsync(person, "POST", "/me/totp")).Code.ShouldBe("confirmation_required");
        var until = (await _server.AsAsync(person, "POST", "/me/confirm", new { password = AccountsBed.Password })).Json.GetProperty("confirmedUntil").GetDateTimeOffset();
        until.ShouldBe(_server.Time.GetUtcNow().AddMinutes(15));
        (await _server.AsAsync(person, "POST", "/me/totp")).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_token_of_a_person_never_changes_what_protects_the_account()
    {
        var person = await _server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner");
        var token = Sluice.Gateway.Keys.KeyText.Create(Sluice.Gateway.Keys.KeyPurpose.Management, out var publicId).Reveal();
        await _server.QueryAsync(async db =>
        {
            db.ManagementTokens.Add(new Server.Storage.ManagementTokenRow
            {
                Id = "mgt_" + publicId, OrganisationId = ManagementServer.OrganisationB, Purpose = "management", Name = "t", PublicId = publicId, AccountId = person.AccountId,
                Hash = _server.Hasher.Hash(token, out var version), PepperVersion = version, CreatedAtMs = 0,
            });
            return await db.SaveChangesAsync();
        });
        (await _server.SendAsync("GET", "/api/v1/me", token: token)).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.SendAsync("POST", "/api/v1/me/totp", token: token)).Code.ShouldBe("confirmation_required");
        (await _server.SendAsync("POST", "/api/v1/me/confirm", """{"password":"x"}""", token)).Code.ShouldBe("permission_denied");
        (await _server.SendAsync("GET", "/api/v1/me", token: _server.OwnToken)).Code.ShouldBe("permission_denied");
    }

    [Fact]
    public async Task With_a_second_factor_on_a_password_alone_proves_nothing()
    {
        var (person, _) = await _server.JoinAsync();
        var (secret, codes) = await _server.SecondFactorAsync(person);
        (await _server.AsAsync(person, "POST", "/me/confirm", new { password = AccountsBed.Password })).Code.ShouldBe("second_factor_required");
        (await _server.AsAsync(person, "POST", "/me/confirm", new { code = "000000" })).Code.ShouldBe("invalid_credentials");
        (await _server.AsAsync(person, "POST", "/me/confirm", new { code = _server.CodeNow(secret) })).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AsAsync(person, "POST", "/me/confirm", new { recoveryCode = codes[0] })).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AsAsync(person, "POST", "/me/confirm", new { recoveryCode = codes[0] })).Code.ShouldBe("invalid_credentials");
        (await _server.AsAsync(person, "POST", "/me/confirm", new { password = "x", code = "123456" })).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_stolen_session_guesses_no_code()
    {
        var (person, _) = await _server.JoinAsync();
        var (secret, _) = await _server.SecondFactorAsync(person);
        for (var i = 0; i < 6; i++)
            (await _server.AsAsync(person, "POST", "/me/confirm", new { code = "000000" })).Code.ShouldBe("invalid_credentials");
        (await _server.AsAsync(person, "POST", "/me/confirm", new { code = _server.CodeNow(secret) })).Code.ShouldBe("invalid_credentials");
        _server.Time.Advance(TimeSpan.FromSeconds(30));
        (await _server.AsAsync(person, "POST", "/me/confirm", new { code = _server.CodeNow(secret) })).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_password_ends_the_other_sessions_and_needs_the_present_one()
    {
        var (person, email) = await _server.JoinAsync();
        var other = await _server.SignedInAsync(email);
        (await _server.AsAsync(person, "PUT", "/me/password", new { newPassword = AccountsBed.OtherPassword })).Fields.ShouldBe(["currentPassword"]);
        (await _server.AsAsync(person, "PUT", "/me/password", new { currentPassword = "wrong", newPassword = AccountsBed.OtherPassword })).Code.ShouldBe("invalid_credentials");
        (await _server.AsAsync(person, "PUT", "/me/password", new { currentPassword = AccountsBed.Password, newPassword = "short" })).Fields.ShouldBe(["newPassword"]);
        (await _server.AsAsync(person, "PUT", "/me/password", new { currentPassword = AccountsBed.Password, newPassword = AccountsBed.OtherPassword })).Status.ShouldBe(HttpStatusCode.NoContent);
        (await _server.AsAsync(person, "GET", "/me")).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AsAsync(other, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await _server.SignedInAsync(email, AccountsBed.OtherPassword);
        (await _server.TrySignInAsync(email)).Code.ShouldBe("invalid_credentials");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_address_changes_once_both_sides_agreed_in_any_order(bool newFirst)
    {
        var (person, email) = await _server.JoinAsync();
        var wanted = _server.NewAddress();
        (await _server.AsAsync(person, "POST", "/me/email", new { email = wanted })).Status.ShouldBe(HttpStatusCode.Accepted);
        string[] tokens = [(await _server.MailAsync(wanted)).Token, (await _server.MailAsync(email, "email_change_approval")).Token];
        if (!newFirst)
            Array.Reverse(tokens);
        (await ConfirmAsync(tokens[0])).Json.GetProperty("status").GetString().ShouldBe("waiting");
        (await ConfirmAsync(tokens[0])).Code.ShouldBe("link_not_valid");
        (await _server.AsAsync(person, "GET", "/me")).Json.GetProperty("email").GetString().ShouldBe(email);
        (await ConfirmAsync(tokens[1])).Json.GetProperty("status").GetString().ShouldBe("changed");
        (await _server.AsAsync(person, "GET", "/me")).Json.GetProperty("email").GetString().ShouldBe(wanted);
        await _server.SignedInAsync(wanted);
        (await _server.TrySignInAsync(email)).Code.ShouldBe("invalid_credentials");
        (await _server.MailsAsync(email)).ShouldContain(m => m.Kind == "email_change_notice");
    }

    [Fact]
    public async Task A_later_wish_ends_the_earlier_one_and_links_of_two_wishes_do_not_add_up()
    {
        var (person, email) = await _server.JoinAsync();
        var (first, second) = (_server.NewAddress(), _server.NewAddress());
        await _server.AsAsync(person, "POST", "/me/email", new { email = first });
        var firstOld = (await _server.MailAsync(email, "email_change_approval")).Token;
        _server.Time.Advance(TimeSpan.FromSeconds(1));
        await _server.AsAsync(person, "POST", "/me/email", new { email = second });
        (await ConfirmAsync((await _server.MailAsync(first)).Token)).Code.ShouldBe("link_not_valid");
        (await ConfirmAsync(firstOld)).Code.ShouldBe("link_not_valid");
        (await ConfirmAsync((await _server.MailAsync(second)).Token)).Json.GetProperty("status").GetString().ShouldBe("waiting");
        (await _server.AsAsync(person, "GET", "/me")).Json.GetProperty("email").GetString().ShouldBe(email);
    }

    [Fact]
    public async Task Whether_the_wanted_address_has_an_account_is_not_told()
    {
        var (person, _) = await _server.JoinAsync();
        var (_, taken) = await _server.JoinAsync();
        var before = (await _server.MailsAsync(taken)).Count;
        var forTaken = await _server.AsAsync(person, "POST", "/me/email", new { email = taken });
        var forFree = await _server.AsAsync(person, "POST", "/me/email", new { email = _server.NewAddress() });
        forTaken.WithoutRequestId.ShouldBe(forFree.WithoutRequestId);
        (await _server.MailsAsync(taken)).Count.ShouldBe(before);
    }

    [Fact]
    public async Task A_number_is_confirmed_by_its_code_and_changed_by_the_codes_of_both()
    {
        var (person, email) = await _server.JoinAsync();
        await PhoneAsync(person, email, "+8613800138001");
        _server.Time.Advance(TimeSpan.FromSeconds(1));
        (await _server.AsAsync(person, "POST", "/me/phone", new { phone = "+8613800138002" })).Status.ShouldBe(HttpStatusCode.Accepted);
        var (fresh, old) = ((await _server.MailAsync("+8613800138002")).Code, (await _server.MailAsync("+8613800138001")).Code);
        (await _server.AsAsync(person, "POST", "/me/phone/confirm", new { code = fresh })).Fields.ShouldBe(["currentCode"]);
        (await _server.AsAsync(person, "POST", "/me/phone/confirm", new { code = fresh, currentCode = old == "000000" ? "000001" : "000000" })).Fields.ShouldBe(["code"]);
        (await _server.AccountAsync(email)).PhoneNumber.ShouldBe("+8613800138001");
        (await _server.AsAsync(person, "POST", "/me/phone/confirm", new { code = fresh, currentCode = old })).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AccountAsync(email)).PhoneNumber.ShouldBe("+8613800138002");
        (await _server.AsAsync(person, "POST", "/me/phone/confirm", new { code = fresh, currentCode = old })).Fields.ShouldBe(["code"]);
    }

    [Fact]
    public async Task A_code_stands_five_tries_and_ten_minutes()
    {
        var (person, email) = await _server.JoinAsync();
        await _server.AsAsync(person, "POST", "/me/phone", new { phone = "+8613800138003" });
        var code = (await _server.MailAsync("+8613800138003")).Code;
        for (var i = 0; i < 5; i++)
            (await _server.AsAsync(person, "POST", "/me/phone/confirm", new { code = code == "000000" ? "000001" : "000000" })).Fields.ShouldBe(["code"]);
        (await _server.AsAsync(person, "POST", "/me/phone/confirm", new { code })).Fields.ShouldBe(["code"]);
        await _server.AsAsync(person, "POST", "/me/phone", new { phone = "+8613800138004" });
        code = (await _server.MailAsync("+8613800138004")).Code;
        _server.Time.Advance(TimeSpan.FromMinutes(10));
        (await _server.AsAsync(person, "POST", "/me/phone/confirm", new { code })).Fields.ShouldBe(["code"]);
        (await _server.AccountAsync(email)).PhoneNumberConfirmed.ShouldBeFalse();
    }

    [Fact]
    public async Task No_more_than_three_codes_in_ten_minutes_and_five_an_hour_go_to_a_number_whoever_asks()
    {
        var phone = new { phone = "+8613800138005" };
        for (var i = 0; i < 3; i++)
            (await _server.AsAsync((await _server.JoinAsync()).Person, "POST", "/me/phone", phone)).Status.ShouldBe(HttpStatusCode.Accepted);
        (await _server.AsAsync((await _server.JoinAsync()).Person, "POST", "/me/phone", phone)).Code.ShouldBe("rate_limit_exceeded");
        _server.Time.Advance(TimeSpan.FromMinutes(11));
        for (var i = 0; i < 2; i++)
            (await _server.AsAsync((await _server.JoinAsync()).Person, "POST", "/me/phone", phone)).Status.ShouldBe(HttpStatusCode.Accepted);
        _server.Time.Advance(TimeSpan.FromMinutes(11));
        (await _server.AsAsync((await _server.JoinAsync()).Person, "POST", "/me/phone", phone)).Code.ShouldBe("rate_limit_exceeded");
    }

    [Theory]
    [InlineData("13800138000")]
    [InlineData("+0123456789")]
    [InlineData("+86 138 0013 8000")]
    [InlineData("+861380013800٠")]
    [InlineData("+86")]
    public async Task A_number_in_another_form_is_refused(string phone) =>
        (await _server.AsAsync((await _server.JoinAsync()).Person, "POST", "/me/phone", new { phone })).Fields.ShouldBe(["phone"]);

    [Fact]
    public async Task A_public_mail_domain_earns_nothing_and_a_company_s_is_shown()
    {
        var (own, _) = await _server.JoinAsync();
        var (open, _) = await _server.JoinAsync("somebody@mail.qq.com");
        (await _server.AsAsync(own, "GET", "/me")).Json.GetProperty("businessEmail").GetBoolean().ShouldBeTrue();
        (await _server.AsAsync(open, "GET", "/me")).Json.GetProperty("businessEmail").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_deleted_account_leaves_an_id_and_nothing_personal()
    {
        var email = $"canary.{Guid.CreateVersion7():N}@canary.example";
        var (person, _) = await _server.JoinAsync(email);
        await _server.AsAsync(person, "PATCH", "/me", new { name = "Canary Birdsong" });
        await PhoneAsync(person, email, "+8613911139111");
        await _server.QueryAsync(async db =>
        {
            db.Members.Add(new Server.Storage.MemberRow { OrganisationId = ManagementServer.OrganisationB, AccountId = person.AccountId, JoinedAtMs = 0 });
            return await db.SaveChangesAsync();
        });
        (await _server.AsAsync(person, "DELETE", "/me")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await _server.AsAsync(person, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await _server.TrySignInAsync(email)).Code.ShouldBe("invalid_credentials");
        foreach (var canary in new[] { email, email.ToUpperInvariant(), "Birdsong", "13911139111" })
            (await DatabaseText.FindAsync(_server, canary)).ShouldBeEmpty(canary);
        (await _server.QueryAsync(db => db.Members.CountAsync(m => m.AccountId == person.AccountId))).ShouldBe(0);
        (await _server.QueryAsync(db => db.Accounts.AnyAsync(a => a.Id == person.AccountId))).ShouldBeTrue();
        // The address is free again.
        await _server.JoinAsync(email);
    }

    [Fact]
    public async Task The_last_owner_hands_over_before_leaving()
    {
        const string Organisation = "org_alone";
        await _server.QueryAsync(async db =>
        {
            db.Organisations.Add(new Server.Storage.OrganisationRow { Id = Organisation, Name = "o", TimeZone = "UTC", CreatedAtMs = long.MaxValue });
            return await db.SaveChangesAsync();
        });
        var owner = await _server.AddPersonAsync(Organisation, "role_owner");
        (await _server.AsAsync(owner, "DELETE", "/me")).Text.ShouldContain(Organisation);
        var second = await _server.AddPersonAsync(Organisation, "role_owner");
        await _server.QueryAsync(db => db.Accounts.Where(a => a.Id == second.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        (await _server.AsAsync(owner, "DELETE", "/me")).Status.ShouldBe(HttpStatusCode.Conflict);
        await _server.QueryAsync(db => db.Accounts.Where(a => a.Id == second.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, (long?)null)));
        (await _server.AsAsync(owner, "DELETE", "/me")).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    private Task<Reply> ConfirmAsync(string token) => _server.OpenAsync("/email-changes/confirm", new { token });

    private async Task PhoneAsync(Person person, string email, string phone)
    {
        (await _server.AsAsync(person, "POST", "/me/phone", new { phone })).Status.ShouldBe(HttpStatusCode.Accepted);
        (await _server.AsAsync(person, "POST", "/me/phone/confirm", new { code = (await _server.MailAsync(phone)).Code })).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AccountAsync(email)).PhoneNumberConfirmed.ShouldBeTrue();
    }
}
