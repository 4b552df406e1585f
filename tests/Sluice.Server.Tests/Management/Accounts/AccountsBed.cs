using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Accounts;
using Sluice.Server.Management;
using Sluice.Server.Messages;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>A message as its recipient reads it.</summary>
public sealed record Received(string Kind, string Subject, string Body)
{
    /// <summary>The secret of the link in it.</summary>
    public string Token => Regex.Match(Body, @"\?token=(\S+)").Groups[1].Value;

    /// <summary>The six digits in it.</summary>
    public string Code => Regex.Match(Body, @"\b\d{6}\b").Value;
}

/// <summary>What people do with their accounts, as calls to the API, and what reaches their mailboxes.</summary>
internal static class AccountsBed
{
    public const string Password = "marble kettle orbit fern";
    public const string OtherPassword = "walnut bicycle tundra hymn";
    private static int _number;

    /// <summary>Hashing that tests have time for, and no limit on calls from this machine.</summary>
    public static ManagementServer ForAccounts(this ManagementServer server)
    {
        var options = server.Options();
        options.StrangerCallsPerMinute = 1_000_000;
        options.Accounts.PasswordIterations = 1_000;
        return server;
    }

    public static ManagementOptions Options(this ManagementServer server) => server.Services.GetRequiredService<ManagementOptions>();

    public static PasswordHashing Hashing(this ManagementServer server) => server.Services.GetRequiredService<PasswordHashing>();

    public static string NewAddress(this ManagementServer _) => $"user{Interlocked.Increment(ref _number)}@mail{_number}.example";

    /// <summary>Somebody who signed up, confirmed the address and is signed in now.</summary>
    public static async Task<(Person Person, string Email)> JoinAsync(this ManagementServer server, string? email = null)
    {
        email ??= server.NewAddress();
        await server.RegisterAsync(email);
        ((int)(await server.OpenAsync("/email-verifications", new { token = (await server.MailAsync(email)).Token })).Status).ShouldBe(200);
        return (await server.SignedInAsync(email), email);
    }

    public static async Task<Reply> RegisterAsync(this ManagementServer server, string email, string password = Password)
    {
        server.Time.Advance(TimeSpan.FromSeconds(1));
        var reply = await server.OpenAsync("/registrations", new { email, password, name = "Somebody Else" });
        reply.Status.ShouldBe(System.Net.HttpStatusCode.Accepted, reply.Text);
        return reply;
    }

    public static Task<Reply> TrySignInAsync(this ManagementServer server, string email, string password = Password, string? code = null, string? recoveryCode = null) =>
        server.OpenAsync("/sessions", code is not null ? new { email, password, code, deliver = "token" } : recoveryCode is not null ? new { email, password, recoveryCode, deliver = "token" } : new { email, password, deliver = "token" });

    public static async Task<Person> SignedInAsync(this ManagementServer server, string email, string password = Password, string? code = null)
    {
        var reply = await server.TrySignInAsync(email, password, code);
        reply.Status.ShouldBe(System.Net.HttpStatusCode.Created, reply.Text + server.Log);
        return new Person(reply.Json.GetProperty("accountId").GetString()!, reply.Json.GetProperty("sessionId").GetString()!, reply.Json.GetProperty("token").GetString()!);
    }

    /// <summary>A call without a caller.</summary>
    public static Task<Reply> OpenAsync(this ManagementServer server, string path, object body) => server.SendAsync("POST", "/api/v1" + path, JsonSerializer.Serialize(body), token: "");

    /// <summary>A call of a person's.</summary>
    public static Task<Reply> AsAsync(this ManagementServer server, Person person, string method, string path, object? body = null) =>
        server.SendAsync(method, "/api/v1" + path, body is null ? null : JsonSerializer.Serialize(body), person.Token);

    /// <summary>Everything that was sent to somebody, oldest first.</summary>
    public static async Task<IReadOnlyList<Received>> MailsAsync(this ManagementServer server, string recipient)
    {
        var outbox = server.Services.GetRequiredService<Outbox>();
        var rows = await server.QueryAsync(db => db.Outbox.AsNoTracking().Where(m => m.Recipient == recipient).OrderBy(m => m.CreatedAtMs).ThenBy(m => m.Id).ToListAsync());
        return [.. rows.Select(m => new Received(m.Kind, m.Subject, StoredBody.Read(outbox.BodyOf(m)!).Text))];
    }

    /// <summary>The last message that somebody got.</summary>
    public static async Task<Received> MailAsync(this ManagementServer server, string recipient, string? kind = null) => (await server.MailsAsync(recipient)).Last(m => kind is null || m.Kind == kind);

    public static Task<AccountRow> AccountAsync(this ManagementServer server, string email)
    {
        var normalized = email.ToUpperInvariant();
        return server.QueryAsync(db => db.Accounts.AsNoTracking().SingleAsync(a => a.NormalizedEmail == normalized));
    }

    /// <summary>Switches a second factor on, and gives its secret and recovery codes. The step after the present one is the next that works.</summary>
    public static async Task<(string Secret, IReadOnlyList<string> Codes)> SecondFactorAsync(this ManagementServer server, Person person)
    {
        var secret = (await server.AsAsync(person, "POST", "/me/totp")).Json.GetProperty("secret").GetString()!;
        var reply = await server.AsAsync(person, "POST", "/me/totp/confirm", new { code = server.CodeNow(secret) });
        reply.Status.ShouldBe(System.Net.HttpStatusCode.OK, reply.Text);
        server.Time.Advance(TimeSpan.FromSeconds(30));
        return (secret, [.. reply.Json.GetProperty("codes").EnumerateArray().Select(c => c.GetString()!)]);
    }

    public static string CodeNow(this ManagementServer server, string secret) => Totp.CodeAt(secret, Totp.StepAt(server.Time.GetUtcNow()));
}
