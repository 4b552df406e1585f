using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management;

namespace Sluice.Server.Tests.Oidc;

/// <summary>Where single sign-on is the only way in, every other way is closed.</summary>
public sealed class OidcOnlyTests : IAsyncLifetime
{
    private OidcBed _bed = null!;

    public async ValueTask InitializeAsync() => _bed = await OidcBed.StartAsync(("Sluice:SignIn:OidcOnly", "true"));

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    private async Task<(HttpStatusCode Status, string? Code)> PostAsync(string path, string body)
    {
        using var client = _bed.Server.NewClient(null);
        using var reply = await client.PostAsync(new Uri("/api/v1" + path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        var text = await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (reply.StatusCode, text.StartsWith('{') && JsonElement.Parse(text).TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    // By name of the operation, so that a new open one without a line here fails.
    private static readonly Dictionary<string, string> Open = new()
    {
        ["signIn"] = """{"email":"ada@corp.example","password":"four words out of nowhere"}""",
        ["register"] = """{"email":"new@corp.example","password":"four words out of nowhere","name":"New"}""",
        ["requestPasswordReset"] = """{"email":"ada@corp.example"}""",
        ["confirmPasswordReset"] = """{"token":"pr_x","newPassword":"four words out of nowhere"}""",
        ["askToSignIn"] = "{}",
        ["signInWithPasskey"] = """{"state":"x","credential":{}}""",
    };

    // Neither begins a session nor leads to one; the set-up link works once, right after the first start, for whoever runs the machine.
    private static readonly string[] Harmless = ["verifyEmail", "resendVerification", "confirmEmailChange", "listSignInMethods", "setUp", "checkSetUpLink"];

    [Fact]
    public void Every_operation_that_strangers_can_call_is_looked_at_here()
        => ManagementRoutes.All.Where(o => o.Open is not null).Select(o => o.Name).Except(Open.Keys).Except(Harmless).ShouldBeEmpty();

    [Fact]
    public async Task Every_other_way_in_is_closed()
    {
        await _bed.AddAccountAsync("ada@corp.example");
        foreach (var (name, body) in Open)
        {
            var operation = ManagementRoutes.All.SingleOrDefault(o => o.Name == name);
            operation.ShouldNotBeNull(name);
            (await PostAsync(operation.Path, body)).ShouldBe((HttpStatusCode.Forbidden, "sso_required"), name);
        }
        (await _bed.QueryAsync(db => db.Sessions.CountAsync())).ShouldBe(0);
        (await _bed.QueryAsync(db => db.Accounts.CountAsync())).ShouldBe(1);
        (await _bed.QueryAsync(db => db.Outbox.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task The_provider_lets_in_and_the_page_offers_nothing_else()
    {
        using var browser = _bed.NewBrowser();
        (await browser.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        (await browser.WhoAmIAsync()).GetProperty("accountId").GetString().ShouldStartWith("acc_");
        using var client = _bed.Server.NewClient(null);
        (await client.GetStringAsync(new Uri("/api/v1/sign-in/methods", UriKind.Relative), TestContext.Current.CancellationToken))
            .ShouldBe("""{"password":false,"passkey":false,"registration":"closed","providers":[{"name":"acme","title":"Acme","path":"/auth/oidc/acme"}]}""");
    }

    [Fact]
    public async Task Otherwise_every_way_is_offered()
    {
        await _bed.RestartAsync(("Sluice:SignIn:OidcOnly", "false"));
        using var client = _bed.Server.NewClient(null);
        (await client.GetStringAsync(new Uri("/api/v1/sign-in/methods", UriKind.Relative), TestContext.Current.CancellationToken))
            .ShouldBe("""{"password":true,"passkey":true,"registration":"open","providers":[{"name":"acme","title":"Acme","path":"/auth/oidc/acme"}]}""");
        (await PostAsync("/password-resets", """{"email":"nobody@corp.example"}""")).Status.ShouldBe(HttpStatusCode.Accepted);
    }
}
