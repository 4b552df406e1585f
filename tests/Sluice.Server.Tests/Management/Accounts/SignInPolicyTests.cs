using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>Every way in × every rule about who may come in.</summary>
public class SignInPolicyTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Fact]
    public async Task A_suspended_person_gets_in_no_way_and_only_whoever_proves_it_learns_why()
    {
        using var key = new SoftAuthenticator();
        var (person, email) = await _server.JoinAsync();
        await AddPasskeyAsync(person, key);
        await _server.QueryAsync(db => db.Accounts.Where(a => a.Id == person.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        var sessions = await _server.QueryAsync(db => db.Sessions.CountAsync());
        (await _server.TrySignInAsync(email)).Code.ShouldBe("account_suspended");
        (await _server.TrySignInAsync(email, AccountsBed.OtherPassword)).Code.ShouldBe("invalid_credentials");
        key.Counter++;
        (await SignInAsync(key)).Code.ShouldBe("account_suspended");
        // No link is sent that would bring a session.
        await _server.OpenAsync("/password-resets", new { email });
        (await _server.MailsAsync(email)).ShouldNotContain(m => m.Kind == "password_reset");
        (await _server.QueryAsync(db => db.Sessions.CountAsync())).ShouldBe(sessions);
    }

    [Fact]
    public async Task Where_single_sign_on_is_the_only_way_there_is_no_other_whoever_asks()
    {
        using var key = new SoftAuthenticator();
        var (person, email) = await _server.JoinAsync();
        await AddPasskeyAsync(person, key);
        var question = (await _server.OpenAsync("/sessions/passkey/options", new { })).Json;
        key.Counter++;
        var answer = new { state = question.GetProperty("state").GetString(), credential = key.Sign(question.GetProperty("publicKey")) };
        _server.Options().Accounts.OidcOnly = true;
        try
        {
            var replies = new[]
            {
                await _server.TrySignInAsync(email), await _server.TrySignInAsync(email, AccountsBed.OtherPassword), await _server.TrySignInAsync(_server.NewAddress()),
                await _server.OpenAsync("/sessions/passkey", answer), await _server.OpenAsync("/sessions/passkey/options", new { }), await _server.OpenAsync("/password-resets", new { email }),
                await _server.OpenAsync("/registrations", new { email = _server.NewAddress(), password = AccountsBed.Password, name = "n" }),
            };
            replies.ShouldAllBe(r => r.Code == "sso_required");
            replies.Select(r => r.WithoutRequestId).Distinct().Count().ShouldBe(1);
            // Who is signed in already stays so.
            (await _server.AsAsync(person, "GET", "/me")).Status.ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            _server.Options().Accounts.OidcOnly = false;
        }
    }

    private async Task AddPasskeyAsync(Person person, SoftAuthenticator key)
    {
        var question = (await _server.AsAsync(person, "POST", "/me/passkeys/options")).Json;
        (await _server.AsAsync(person, "POST", "/me/passkeys", new { name = "k", state = question.GetProperty("state").GetString(), credential = key.Create(question.GetProperty("publicKey")) })).Status.ShouldBe(HttpStatusCode.Created);
    }

    private async Task<Reply> SignInAsync(SoftAuthenticator key)
    {
        var question = (await _server.OpenAsync("/sessions/passkey/options", new { })).Json;
        return await _server.OpenAsync("/sessions/passkey", new { state = question.GetProperty("state").GetString(), credential = key.Sign(question.GetProperty("publicKey")) });
    }
}
