using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Keys;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>What the control plane does to keys and their owners, done to the rows themselves and told by the change feed.</summary>
internal static class StoredKeys
{
    private static int _number;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Changes rows and tells of it; returns when the next call sees it.</summary>
    public static async Task ChangeAsync(this SluiceServer server, string kind, string subjectId, Func<SluiceDb, Task> change)
    {
        await using (var db = server.Services.GetRequiredService<SluiceDatabase>().CreateContext())
        {
            await change(db);
            db.Add(new ChangeRow { Kind = kind, SubjectId = subjectId, AtMs = server.NowMs() });
            await db.SaveChangesAsync(Token);
        }
        await server.Services.GetRequiredService<ChangeFeed>().PublishedAsync(Token);
    }

    public static Task ChangeKeyAsync(this SluiceServer server, string keyId, Action<KeyRow> change)
        => server.ChangeAsync("key", keyId, async db => change(await db.Keys.SingleAsync(k => k.Id == keyId, Token)));

    /// <summary>Gives the key an owner who is a member with that role, built in or an organisation's own.</summary>
    /// <returns>The account's id.</returns>
    public static async Task<string> GiveOwnerAsync(this SluiceServer server, string keyId, string? roleId, string? permissions = null)
    {
        var number = Interlocked.Increment(ref _number);
        var accountId = $"acc_{number}";
        await server.ChangeAsync("key", keyId, async db =>
        {
            var key = await db.Keys.SingleAsync(k => k.Id == keyId, Token);
            key.OwnerId = accountId;
            db.Add(new AccountRow
            {
                Id = accountId, Name = accountId, Language = "en", Email = accountId + "@corp.example", NormalizedEmail = accountId, UserName = accountId, NormalizedUserName = accountId,
                SecurityStamp = "s", ConcurrencyStamp = "c", CreatedAtMs = 1, UpdatedAtMs = 1,
            });
            db.Add(new MemberRow { OrganisationId = key.OrganisationId, AccountId = accountId, JoinedAtMs = 1 });
            if (permissions is not null)
                db.Add(new RoleRow { Id = roleId!, OrganisationId = key.OrganisationId, Name = roleId!, Description = "", Permissions = permissions, CreatedAtMs = 1, UpdatedAtMs = 1 });
            if (roleId is not null)
                db.Add(new AssignmentRow { Id = $"asg_{number}", OrganisationId = key.OrganisationId, AccountId = accountId, RoleId = roleId, Source = "direct", CreatedAtMs = 1, CreatedBy = "acc_0" });
        });
        return accountId;
    }

    /// <summary>Has the calls of a key signed with that secret from now on.</summary>
    public static Task SetSigningAsync(this SluiceServer server, string keyId, string? secret)
        => server.ChangeKeyAsync(keyId, row => row.SealedSigningSecret = secret is null ? null : SigningSecret.Seal(server.Services.GetRequiredService<SecretSealer>(), keyId, new PlainSecret(secret)));

    public static Task GrantAsync(this SluiceServer server, string keyId, string limit, long value, DateTimeOffset from, DateTimeOffset until)
        => server.ChangeAsync("key", keyId, async db =>
        {
            var number = Interlocked.Increment(ref _number);
            var key = await db.Keys.SingleAsync(k => k.Id == keyId, Token);
            db.Add(new QuotaApplicationRow
            {
                Id = $"qap_{number}", OrganisationId = key.OrganisationId, ProjectId = key.ProjectId, KeyId = keyId, LimitKind = limit, RequestedValue = value, Temporary = true, Scenario = "s", ExpectedVolume = "v",
                Status = "approved", ApplicantId = "acc_0", CreatedAtMs = 1, UpdatedAtMs = 1,
            });
            await db.SaveChangesAsync(Token);
            db.Add(new QuotaGrantRow
            {
                Id = $"qgr_{number}", OrganisationId = key.OrganisationId, KeyId = keyId, ApplicationId = $"qap_{number}", LimitKind = limit, Value = value,
                FromMs = from.ToUnixTimeMilliseconds(), UntilMs = until.ToUnixTimeMilliseconds(), CreatedAtMs = 1,
            });
        });

    private static long NowMs(this SluiceServer server) => server.Services.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds();
}
