using System.Net;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Accounts;

namespace Sluice.Server.Tests.Management.Accounts;

public class RegistrationTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Fact]
    public async Task A_new_account_can_sign_in_and_is_confirmed_by_its_link_once()
    {
        var email = _server.NewAddress();
        await _server.RegisterAsync(email);
        (await _server.TrySignInAsync(email)).Json.GetProperty("emailConfirmed").GetBoolean().ShouldBeFalse();
        var token = (await _server.MailAsync(email)).Token;
        token.ShouldStartWith("ev_");
        (await _server.OpenAsync("/email-verifications", new { token })).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.OpenAsync("/email-verifications", new { token })).Code.ShouldBe("link_not_valid");
        var account = await _server.AccountAsync(email);
        (account.EmailConfirmed, account.EmailConfirmedAtMs).ShouldBe((true, _server.Time.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    [Fact]
    public async Task A_link_is_worth_nothing_after_24_hours_and_a_new_one_can_be_had()
    {
        var email = _server.NewAddress();
        await _server.RegisterAsync(email);
        var token = (await _server.MailAsync(email)).Token;
        _server.Time.Advance(TimeSpan.FromHours(24));
        (await _server.OpenAsync("/email-verifications", new { token })).Code.ShouldBe("link_not_valid");
        (await _server.OpenAsync("/email-verifications/resend", new { email })).Status.ShouldBe(HttpStatusCode.Accepted);
        (await _server.OpenAsync("/email-verifications", new { token = (await _server.MailAsync(email)).Token })).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("ev_")]
    [InlineData("ev_AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB")]
    public async Task What_is_no_link_confirms_nothing(string token) =>
        ((int)(await _server.OpenAsync("/email-verifications", new { token })).Status).ShouldBeOneOf(400, 403);

    [Fact]
    public async Task Somebody_who_has_an_account_is_told_by_mail_and_the_caller_the_same_as_ever()
    {
        var (_, email) = await _server.JoinAsync();
        var hash = (await _server.AccountAsync(email)).PasswordHash;
        var again = await _server.RegisterAsync(email.ToUpperInvariant(), AccountsBed.OtherPassword);
        var fresh = await _server.RegisterAsync(_server.NewAddress());
        again.WithoutRequestId.ShouldBe(fresh.WithoutRequestId);
        (await _server.MailAsync(email)).Kind.ShouldBe("address_in_use");
        (await _server.AccountAsync(email)).PasswordHash.ShouldBe(hash);
    }

    [Fact]
    public async Task Whoever_signed_up_with_anothers_address_keeps_nothing_once_its_owner_takes_it()
    {
        var email = _server.NewAddress();
        await _server.RegisterAsync(email);
        var squatter = await _server.SignedInAsync(email);
        await _server.SecondFactorAsync(squatter);
        // The owner of the mailbox comes, and gets no link that would confirm the squatter's password.
        await _server.RegisterAsync(email, AccountsBed.OtherPassword);
        var mail = await _server.MailAsync(email);
        mail.Kind.ShouldBe("unfinished_account");
        mail.Token.ShouldStartWith("pr_");
        (await _server.OpenAsync("/password-resets/confirm", new { token = mail.Token, newPassword = AccountsBed.OtherPassword })).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.AsAsync(squatter, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await _server.TrySignInAsync(email)).Code.ShouldBe("invalid_credentials");
        (await _server.SignedInAsync(email, AccountsBed.OtherPassword)).AccountId.ShouldBe(squatter.AccountId);
        (await _server.AccountAsync(email)).EmailConfirmed.ShouldBeTrue();
    }

    [Fact]
    public async Task Registration_can_be_closed_or_by_invitation_only()
    {
        var options = _server.Options().Accounts;
        try
        {
            options.Registration = RegistrationMode.Closed;
            var body = new { email = _server.NewAddress(), password = AccountsBed.Password, name = "n" };
            (await _server.OpenAsync("/registrations", body)).Code.ShouldBe("registration_closed");
            options.Registration = RegistrationMode.Invited;
            (await _server.OpenAsync("/registrations", body)).Code.ShouldBe("registration_closed");
            var email = _server.NewAddress();
            (await _server.SendAsync("POST", "/api/v1/invitations", $$"""{"email":"{{email}}","roleId":"role_developer"}""", _server.OtherToken)).Status.ShouldBe(HttpStatusCode.Created);
            // As it stands in the mail.
            var token = (await _server.MailAsync(email)).Token;
            token.ShouldNotBeEmpty();
            (await _server.OpenAsync("/registrations", new { email = _server.NewAddress(), password = AccountsBed.Password, name = "n", invitation = token })).Code.ShouldBe("registration_closed");
            (await _server.OpenAsync("/registrations", new { email, password = AccountsBed.Password, name = "n", invitation = token })).Status.ShouldBe(HttpStatusCode.Accepted);
        }
        finally
        {
            options.Registration = RegistrationMode.Open;
        }
    }

    [Theory]
    [InlineData("ſam@example.com")]
    [InlineData("\u212Aate@example.com")]
    [InlineData("sam@ｅxample.com")]
    [InlineData("sаm@example.com")]
    [InlineData("s\u200Bam@example.com")]
    [InlineData("ﬁ@example.com")]
    [InlineData("sam@example.com.")]
    [InlineData("sam@example")]
    [InlineData("sam@@example.com")]
    [InlineData(".sam@example.com")]
    [InlineData("s..am@example.com")]
    [InlineData("sam@-example.com")]
    [InlineData("sam@127.0.0.1")]
    [InlineData("sam <sam@example.com>")]
    [InlineData("sam@example.com\r\nBcc: x@y.example")]
    public async Task An_address_that_could_pass_for_another_is_refused_wherever_one_is_taken(string email)
    {
        EmailAddress.Parse(email).ShouldBeNull();
        foreach (var (path, body) in new (string, object)[]
        {
            ("/registrations", new { email, password = AccountsBed.Password, name = "n" }), ("/password-resets", new { email }), ("/email-verifications/resend", new { email }),
        })
        {
            var reply = await _server.OpenAsync(path, body);
            reply.Status.ShouldBe(HttpStatusCode.BadRequest, path);
            reply.Fields.ShouldBe(["email"]);
        }

        ((int)(await _server.TrySignInAsync(email)).Status).ShouldBeOneOf(400, 401);
    }

    [Fact]
    public async Task Mail_goes_to_the_address_as_it_was_kept()
    {
        var name = "MiXed" + Guid.CreateVersion7().ToString("N");
        await _server.RegisterAsync($"{name}@EXAMPLE.com");
        await _server.OpenAsync("/password-resets", new { email = $"{name.ToLowerInvariant()}@example.COM" });
        (await _server.MailsAsync($"{name}@example.com")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Nobodys_mailbox_is_filled_and_strangers_get_nothing()
    {
        var email = _server.NewAddress();
        var nobody = _server.NewAddress();
        await _server.RegisterAsync(email);
        for (var i = 0; i < 20; i++)
        {
            await _server.RegisterAsync(email);
            await _server.OpenAsync("/password-resets", new { email });
            await _server.OpenAsync("/email-verifications/resend", new { email });
            await _server.OpenAsync("/password-resets", new { email = nobody });
            await _server.OpenAsync("/email-verifications/resend", new { email = nobody });
        }

        (await _server.MailsAsync(email)).Count.ShouldBe(5);
        (await _server.MailsAsync(nobody)).ShouldBeEmpty();
        (await _server.MailsAsync(email)).ShouldAllBe(m => !m.Body.Contains("Somebody Else"), "the name that a stranger chose is in no mail");
    }

    [Theory]
    [InlineData("short", "password")]
    [InlineData("passwordpassword1", "password")]
    [InlineData("sluice sluice sluice", "password")]
    public async Task A_weak_password_is_refused_by_name(string password, string field) =>
        (await _server.OpenAsync("/registrations", new { email = _server.NewAddress(), password, name = "n" })).Fields.ShouldBe([field]);

    [Fact]
    public async Task Signing_up_is_audited_with_ids_only()
    {
        var (person, email) = await _server.JoinAsync();
        var entries = await _server.QueryAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.SubjectId == person.AccountId).ToListAsync());
        entries.Select(e => e.Action).ShouldBe(["account.register", "account.email_confirm", "session.start"]);
        entries.ShouldAllBe(e => e.ActorId == person.AccountId && e.OrganisationId == ManagementServer.OrganisationA);
        entries.ShouldAllBe(e => !e.Detail.Contains(email) && !e.Detail.Contains("Somebody"));
    }
}
