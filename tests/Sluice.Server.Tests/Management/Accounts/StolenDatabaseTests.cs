using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>What a copy of the database gives to whoever has it but not the key files: nothing that opens an account.</summary>
public class StolenDatabaseTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Fact]
    public async Task No_secret_of_an_account_stands_in_any_column()
    {
        var (person, email) = await _server.JoinAsync();
        var (secret, codes) = await _server.SecondFactorAsync(person);
        await _server.OpenAsync("/password-resets", new { email });
        await _server.AsAsync(person, "POST", "/me/email", new { email = _server.NewAddress() });
        await _server.AsAsync(person, "POST", "/me/phone", new { phone = "+8613800138111" });
        // What each looks like when it is found: the search itself works.
        (await DatabaseText.FindAsync(_server, email)).ShouldContain("accounts.email");

        List<string> secrets = [AccountsBed.Password, secret, person.Token, .. codes, .. codes.Select(c => c.Replace("-", ""))];
        secrets.AddRange((await _server.MailsAsync(email)).Select(m => m.Token).Where(t => t.Length > 0));
        secrets.Add((await _server.MailAsync("+8613800138111")).Code);
        secrets.Count.ShouldBeGreaterThan(25);
        foreach (var one in secrets)
        {
            // Six digits can stand in an instant by chance.
            (await DatabaseText.FindAsync(_server, one)).Where(place => !place.EndsWith("_ms", StringComparison.Ordinal)).ShouldBeEmpty(one);
            (await DatabaseText.FindAsync(_server, Convert.ToBase64String(Encoding.UTF8.GetBytes(one)))).ShouldBeEmpty(one);
        }
    }

    [Fact]
    public async Task A_secret_moved_to_another_account_does_not_open()
    {
        var (one, _) = await _server.JoinAsync();
        var (other, email) = await _server.JoinAsync();
        var (secret, codes) = await _server.SecondFactorAsync(one);
        // Somebody who can write to the database gives the victim a second factor of their own.
        await _server.QueryAsync(async db =>
        {
            foreach (var token in await db.AccountTokens.AsNoTracking().Where(t => t.UserId == one.AccountId).ToListAsync())
                db.AccountTokens.Add(new Microsoft.AspNetCore.Identity.IdentityUserToken<string> { UserId = other.AccountId, LoginProvider = token.LoginProvider, Name = token.Name, Value = token.Value });
            await db.Accounts.Where(a => a.Id == other.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.TwoFactorEnabled, true));
            return await db.SaveChangesAsync();
        });
        (await _server.TrySignInAsync(email, code: _server.CodeNow(secret))).Code.ShouldBe("invalid_credentials");
        (await _server.TrySignInAsync(email, recoveryCode: codes[0])).Code.ShouldBe("invalid_credentials");
    }

    [Fact]
    public async Task A_link_or_session_planted_in_the_database_opens_nothing()
    {
        var (person, email) = await _server.JoinAsync();
        var planted = "pr_" + new string('A', 16) + new string('B', 43);
        var session = Sluice.Gateway.Keys.KeyText.Create(Sluice.Gateway.Keys.KeyPurpose.Session, out var publicId).Reveal();
        var now = _server.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await _server.QueryAsync(async db =>
        {
            // Without the key an attacker can but hash plainly.
            db.Confirmations.Add(new Server.Storage.ConfirmationRow
            {
                Id = "cnf_planted", AccountId = person.AccountId, Purpose = "reset_password", Target = email, PublicId = new string('A', 16), Attempts = 0, CreatedAtMs = now, ExpiresAtMs = now + 1_000_000,
                Hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("reset_password\0" + planted)),
            });
            db.Sessions.Add(new Server.Storage.SessionRow
            {
                Id = "ses_planted", AccountId = person.AccountId, PublicId = publicId, Hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(session)), PepperVersion = 1, Method = "password",
                SecondFactor = true, CreatedAtMs = now, ConfirmedAtMs = now, LastSeenAtMs = now, ExpiresAtMs = now + 1_000_000, ClientIp = "127.0.0.1", UserAgent = "",
            });
            return await db.SaveChangesAsync();
        });
        (await _server.OpenAsync("/password-resets/confirm", new { token = planted, newPassword = AccountsBed.OtherPassword })).Code.ShouldBe("link_not_valid");
        (await _server.SendAsync("GET", "/api/v1/me", token: session)).Code.ShouldBe("invalid_management_token");
    }

    [Fact]
    public async Task Answers_and_logs_hold_no_password()
    {
        var (person, email) = await _server.JoinAsync();
        var texts = new[]
        {
            (await _server.TrySignInAsync(email)).Text, (await _server.TrySignInAsync(email, AccountsBed.OtherPassword)).Text, (await _server.AsAsync(person, "GET", "/me")).Text,
            (await _server.AsAsync(person, "PUT", "/me/password", new { currentPassword = AccountsBed.Password, newPassword = "short one" })).Text, _server.Log,
        };
        texts.ShouldAllBe(t => !t.Contains(AccountsBed.Password) && !t.Contains(AccountsBed.OtherPassword) && !t.Contains("short one"));
        JsonSerializer.Serialize(await _server.QueryAsync(db => db.AuditEntries.AsNoTracking().ToListAsync())).ShouldNotContain(email);
    }
}
