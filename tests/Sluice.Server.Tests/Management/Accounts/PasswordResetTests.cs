using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Accounts;

public class PasswordResetTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Fact]
    public async Task A_link_sets_a_new_password_once_and_ends_every_session()
    {
        var (person, email) = await _server.JoinAsync();
        var token = await AskAsync(email);
        (await ConfirmAsync(token)).Status.ShouldBe(HttpStatusCode.OK);
        (await ConfirmAsync(token)).Code.ShouldBe("link_not_valid");
        (await _server.AsAsync(person, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await _server.TrySignInAsync(email)).Code.ShouldBe("invalid_credentials");
        await _server.SignedInAsync(email, AccountsBed.OtherPassword);
        (await _server.MailsAsync(email)).ShouldContain(m => m.Kind == "account_changed");
    }

    [Fact]
    public async Task The_second_factor_is_still_asked_for_after_a_reset()
    {
        var (person, email) = await _server.JoinAsync();
        var (secret, _) = await _server.SecondFactorAsync(person);
        (await ConfirmAsync(await AskAsync(email))).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.TrySignInAsync(email, AccountsBed.OtherPassword)).Code.ShouldBe("second_factor_required");
        await _server.SignedInAsync(email, AccountsBed.OtherPassword, _server.CodeNow(secret));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("true")]
    [InlineData("0")]
    [InlineData("\"%\"")]
    [InlineData("\"pr_\"")]
    [InlineData("\"pr_%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%\"")]
    public async Task Nothing_that_is_not_a_link_resets_anything(string token)
    {
        var (_, email) = await _server.JoinAsync();
        await AskAsync(email);
        var before = await _server.QueryAsync(db => db.Accounts.AsNoTracking().Select(a => a.PasswordHash).ToListAsync());
        var reply = await _server.SendAsync("POST", "/api/v1/password-resets/confirm", $$"""{"token":{{token}},"newPassword":"{{AccountsBed.OtherPassword}}"}""", token: "");
        ((int)reply.Status).ShouldBeOneOf(400, 403);
        (await _server.SendAsync("POST", "/api/v1/password-resets/confirm", $$"""{"newPassword":"{{AccountsBed.OtherPassword}}"}""", token: "")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await _server.QueryAsync(db => db.Accounts.AsNoTracking().Select(a => a.PasswordHash).ToListAsync())).ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task A_link_of_another_purpose_or_another_form_is_refused()
    {
        var email = _server.NewAddress();
        await _server.RegisterAsync(email);
        var verify = (await _server.MailAsync(email)).Token;
        (await ConfirmAsync(verify)).Code.ShouldBe("link_not_valid");
        (await ConfirmAsync("pr_" + verify[3..])).Code.ShouldBe("link_not_valid");
        await _server.OpenAsync("/email-verifications", new { token = verify });
        var token = await AskAsync(email);
        for (var i = 3; i < token.Length; i += 7)
            (await ConfirmAsync(token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..])).Code.ShouldBe("link_not_valid");
        (await ConfirmAsync(token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_link_is_worth_nothing_after_an_hour_or_once_another_was_used()
    {
        var (_, email) = await _server.JoinAsync();
        var first = await AskAsync(email);
        var second = await AskAsync(email);
        (await ConfirmAsync(second)).Status.ShouldBe(HttpStatusCode.OK);
        (await ConfirmAsync(first)).Code.ShouldBe("link_not_valid");
        var late = await AskAsync(email);
        _server.Time.Advance(TimeSpan.FromHours(1));
        (await ConfirmAsync(late)).Code.ShouldBe("link_not_valid");
    }

    [Fact]
    public async Task Of_two_that_use_a_link_at_once_one_succeeds()
    {
        for (var round = 0; round < 25; round++)
        {
            var (_, email) = await _server.JoinAsync();
            var token = await AskAsync(email);
            var replies = await Task.WhenAll(ConfirmAsync(token), ConfirmAsync(token, AccountsBed.OtherPassword + "2"));
            replies.Count(r => r.Status == HttpStatusCode.OK).ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_refused_password_leaves_the_link_as_it_was()
    {
        var (_, email) = await _server.JoinAsync();
        var token = await AskAsync(email);
        (await ConfirmAsync(token, "too short")).Fields.ShouldBe(["newPassword"]);
        (await ConfirmAsync(token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task With_a_second_factor_eight_characters_are_enough_and_it_cannot_be_switched_off_then()
    {
        var (person, email) = await _server.JoinAsync();
        var (secret, _) = await _server.SecondFactorAsync(person);
        (await ConfirmAsync(await AskAsync(email), "kz7!wqmf")).Status.ShouldBe(HttpStatusCode.OK);
        var again = await _server.SignedInAsync(email, "kz7!wqmf", _server.CodeNow(secret));
        (await _server.AsAsync(again, "DELETE", "/me/totp")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await _server.AsAsync(again, "PUT", "/me/password", new { currentPassword = "kz7!wqmf", newPassword = AccountsBed.Password })).Status.ShouldBe(HttpStatusCode.NoContent);
        (await _server.AsAsync(again, "DELETE", "/me/totp")).Status.ShouldBe(HttpStatusCode.NoContent);
        await _server.SignedInAsync(email);
    }

    private async Task<string> AskAsync(string email)
    {
        _server.Time.Advance(TimeSpan.FromSeconds(1));
        (await _server.OpenAsync("/password-resets", new { email })).Status.ShouldBe(HttpStatusCode.Accepted);
        return (await _server.MailAsync(email, "password_reset")).Token;
    }

    private Task<Reply> ConfirmAsync(string token, string newPassword = AccountsBed.OtherPassword) => _server.OpenAsync("/password-resets/confirm", new { token, newPassword });
}
