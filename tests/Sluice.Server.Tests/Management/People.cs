using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management;

/// <summary>Somebody who is signed in.</summary>
public sealed record Person(string AccountId, string SessionId, string Token);

/// <summary>Puts people into the database of a <see cref="ManagementServer"/>, as if they had signed up, joined and signed in.</summary>
public static class People
{
    private static int _number;

    /// <summary>A person with a role (built in or custom) in an organisation, or in one project of it; with no role id, a member without any.</summary>
    public static async Task<Person> AddPersonAsync(this ManagementServer server, string? organisationId, string? roleId = null, string? projectId = null, bool verified = true)
    {
        var number = Interlocked.Increment(ref _number);
        var now = server.Time.GetUtcNow();
        var nowMs = now.ToUnixTimeMilliseconds();
        var email = $"person{number}@corp{number}.example";
        var account = new AccountRow
        {
            Id = ObjectId.New(ObjectId.Account, now), Name = $"Person {number}", Language = "en", Email = email, NormalizedEmail = email.ToUpperInvariant(), UserName = email,
            NormalizedUserName = email.ToUpperInvariant(), EmailConfirmed = verified, PhoneNumber = verified ? $"+8613800{number:D6}" : null, PhoneNumberConfirmed = verified,
            SecurityStamp = Guid.NewGuid().ToString("N"), ConcurrencyStamp = Guid.NewGuid().ToString("N"), LockoutEnabled = true, CreatedAtMs = nowMs, UpdatedAtMs = nowMs,
        };
        await using var db = server.Database.CreateContext();
        db.Accounts.Add(account);
        if (organisationId is not null)
            db.Members.Add(new MemberRow { OrganisationId = organisationId, AccountId = account.Id, JoinedAtMs = nowMs });
        if (organisationId is not null && roleId is not null)
        {
            db.Assignments.Add(new AssignmentRow
            {
                Id = ObjectId.New(ObjectId.Assignment, now), OrganisationId = organisationId, AccountId = account.Id, RoleId = roleId, ProjectId = projectId, Source = "direct", CreatedAtMs = nowMs, CreatedBy = "test",
            });
        }

        var session = AddSession(server, db, account.Id);
        await db.SaveChangesAsync();
        return session;
    }

    /// <summary>One more session of a person.</summary>
    public static async Task<Person> SignInAsync(this ManagementServer server, string accountId)
    {
        await using var db = server.Database.CreateContext();
        var session = AddSession(server, db, accountId);
        await db.SaveChangesAsync();
        return session;
    }

    public static async Task EndSessionAsync(this ManagementServer server, string sessionId)
    {
        await using var db = server.Database.CreateContext();
        await db.Sessions.Where(s => s.Id == sessionId).ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAtMs, 1));
    }

    /// <summary>A management token of a person (or, with none, of the organisation), cut to scopes.</summary>
    public static async Task<string> AddTokenAsync(this ManagementServer server, string organisationId, string? accountId, params string[] scopes)
    {
        var token = KeyText.Create(KeyPurpose.Management, out var publicId).Reveal();
        await using var db = server.Database.CreateContext();
        db.ManagementTokens.Add(new ManagementTokenRow
        {
            Id = ObjectId.New(ObjectId.Token, server.Time.GetUtcNow()), OrganisationId = organisationId, AccountId = accountId, Purpose = "management", Name = "test", PublicId = publicId,
            Hash = server.Hasher.Hash(token, out var version), PepperVersion = version, Scopes = System.Text.Json.JsonSerializer.Serialize(scopes), CreatedAtMs = server.Time.GetUtcNow().ToUnixTimeMilliseconds(),
        });
        await db.SaveChangesAsync();
        return token;
    }

    private static Person AddSession(ManagementServer server, SluiceDb db, string accountId)
    {
        var now = server.Time.GetUtcNow();
        var nowMs = now.ToUnixTimeMilliseconds();
        var token = KeyText.Create(KeyPurpose.Session, out var publicId).Reveal();
        var id = ObjectId.New(ObjectId.Session, now);
        db.Sessions.Add(new SessionRow
        {
            Id = id, AccountId = accountId, PublicId = publicId, Hash = server.Hasher.Hash(token, out var version), PepperVersion = version, Method = "password", SecondFactor = false,
            CreatedAtMs = nowMs, ConfirmedAtMs = nowMs, LastSeenAtMs = nowMs, ExpiresAtMs = nowMs + (long)TimeSpan.FromDays(14).TotalMilliseconds, ClientIp = "127.0.0.1", UserAgent = "test",
        });
        return new Person(accountId, id, token);
    }
}
