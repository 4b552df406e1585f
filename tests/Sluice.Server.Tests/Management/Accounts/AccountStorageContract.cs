using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Sluice.Server.Accounts;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Storage;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>What accounts lean on the database for, on each kind of it.</summary>
public abstract class AccountStorageContract(IStorageBackend backend) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string _keys = Directory.CreateTempSubdirectory("sluice-accounts-").FullName;
    private SluiceDatabase _database = null!;
    private AccountUsers _users = null!;
    private ConfirmationLinks _links = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = SluiceDatabase.Open(await backend.NewOptionsAsync(), _time);
        await _database.PrepareAsync(Token);
        var material = KeyMaterial.Load(Path.Combine(_keys, "keys"), databaseNeedsKeys: false);
        _users = new AccountUsers(new SecretSealer(material), _time);
        _links = new ConfirmationLinks(material);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        (backend as IDisposable)?.Dispose();
        Directory.Delete(_keys, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Failures_are_counted_and_waited_for()
    {
        await AddAsync("acc_guard", "hash");
        var guard = new SignInGuard(_users);
        for (var i = 0; i < 20; i++)
            (await JudgeAsync(guard, "acc_guard", right: false)).ShouldBe(ProofVerdict.Wrong);
        await using (var db = _database.CreateContext())
        {
            var row = await db.Accounts.AsNoTracking().SingleAsync(a => a.Id == "acc_guard", Token);
            (row.AccessFailedCount, row.LockoutEnd).ShouldBe((5, _time.GetUtcNow() + SignInGuard.WaitAfter(5)));
        }

        (await JudgeAsync(guard, "acc_guard", right: true)).ShouldBe(ProofVerdict.Wrong);
        _time.Advance(SignInGuard.WaitAfter(5));
        (await JudgeAsync(guard, "acc_guard", right: true)).ShouldBe(ProofVerdict.Right);
        (await JudgeAsync(guard, null, right: true)).ShouldBe(ProofVerdict.Wrong);
    }

    [Fact]
    public async Task Of_many_guesses_at_once_five_are_looked_at()
    {
        await AddAsync("acc_many", "hash");
        var guard = new SignInGuard(_users);
        // Each in a transaction of its own, as on as many nodes; on SQLite they wait for each other at the start, on PostgreSQL at the row.
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => JudgeAsync(guard, "acc_many", right: false), Token)));
        await using var db = _database.CreateContext();
        (await db.Accounts.AsNoTracking().SingleAsync(a => a.Id == "acc_many", Token)).AccessFailedCount.ShouldBe(5);
    }

    [Fact]
    public async Task A_link_is_taken_by_one_of_many()
    {
        await AddAsync("acc_link", null);
        string token;
        await using (var db = _database.CreateContext())
        {
            token = _links.New(ConfirmationPurposes.ResetPassword, "pr_", "acc_link", "x@y.example", _time.GetUtcNow(), TimeSpan.FromHours(1), out var row).Reveal();
            db.Confirmations.Add(row);
            await db.SaveChangesAsync(Token);
        }

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            await using var db = _database.CreateContext();
            return await _links.FindAsync(db, ConfirmationPurposes.ResetPassword, "pr_", token, _time.GetUtcNow(), Token) is { } row
                && await ConfirmationLinks.TakeAsync(db, row, _time.GetUtcNow().ToUnixTimeMilliseconds(), Token);
        }, Token)));
        taken.Count(t => t).ShouldBe(1);
        await using var after = _database.CreateContext();
        (await _links.FindAsync(after, ConfirmationPurposes.ResetPassword, "pr_", token, _time.GetUtcNow(), Token)).ShouldBeNull();
        await ConfirmationLinks.EndEarlierAsync(after, "acc_link", ConfirmationPurposes.ResetPassword, _time.GetUtcNow().AddDays(30).ToUnixTimeMilliseconds(), Token);
        (await after.Confirmations.CountAsync(Token)).ShouldBe(0, "what is long over is forgotten");
    }

    [Fact]
    public async Task Tokens_are_kept_sealed_and_passkeys_whole()
    {
        await AddAsync("acc_store", null);
        var passkey = new UserPasskeyInfo([1, 2, 3], [4, 5], _time.GetUtcNow(), 7, ["internal", "usb"], true, false, false, [6], [7]) { Name = "Laptop" };
        await using (var db = _database.CreateContext())
        {
            var account = await db.Accounts.SingleAsync(a => a.Id == "acc_store", Token);
            var store = _users.StoreOver(db);
            await store.SetAuthenticatorKeyAsync(account, "SECRETKEY", Token);
            await store.ReplaceCodesAsync(account, ["AAAAA-BBBBB", "CCCCC-DDDDD"], Token);
            await store.AddOrUpdatePasskeyAsync(account, passkey, Token);
            await db.SaveChangesAsync(Token);
        }

        await using (var db = _database.CreateContext())
        {
            var account = await db.Accounts.SingleAsync(a => a.Id == "acc_store", Token);
            var store = _users.StoreOver(db);
            (await db.AccountTokens.AsNoTracking().Select(t => t.Value).ToListAsync(Token)).ShouldAllBe(v => !v!.Contains("SECRET") && !v.Contains("AAAAA"));
            (await store.GetAuthenticatorKeyAsync(account, Token)).ShouldBe("SECRETKEY");
            (await store.RedeemCodeAsync(account, "CCCCC-DDDDD", Token)).ShouldBeTrue();
            (await store.RedeemCodeAsync(account, "EEEEE-EEEEE", Token)).ShouldBeFalse();
            await db.SaveChangesAsync(Token);
        }

        await using (var db = _database.CreateContext())
        {
            var account = await db.Accounts.SingleAsync(a => a.Id == "acc_store", Token);
            var store = _users.StoreOver(db);
            (await store.CountCodesAsync(account, Token)).ShouldBe(1);
            (await store.FindByPasskeyIdAsync([1, 2, 3], Token))!.Id.ShouldBe("acc_store");
            var kept = (await store.FindPasskeyAsync(account, [1, 2, 3], Token))!;
            (kept.Name, kept.SignCount, string.Join(',', kept.Transports!)).ShouldBe(("Laptop", 7u, "internal,usb"));
            kept.PublicKey.ShouldBe([4, 5]);
            await store.RemovePasskeyAsync(account, [1, 2, 3], Token);
            (await store.GetPasskeysAsync(account, Token)).ShouldBeEmpty();
        }
    }

    private async Task<ProofVerdict> JudgeAsync(SignInGuard guard, string? accountId, bool right)
    {
        await using var db = _database.CreateContext();
        await using var transaction = await db.Database.BeginTransactionAsync(Token);
        var verdict = await guard.JudgeAsync(db, accountId, new GivenProof("hash", right, null, null), _time.GetUtcNow(), Token);
        await db.SaveChangesAsync(Token);
        await transaction.CommitAsync(Token);
        return verdict;
    }

    private async Task AddAsync(string id, string? hash)
    {
        await using var db = _database.CreateContext();
        db.Accounts.Add(AccountUsers.NewRow(id, EmailAddress.Parse(id + "@example.com")!, "Name", "en", hash, _time.GetUtcNow().ToUnixTimeMilliseconds()));
        await db.SaveChangesAsync(Token);
    }
}

public sealed class SqliteAccountStorageTests() : AccountStorageContract(new SqliteBackend());

public sealed class PostgresAccountStorageTests() : AccountStorageContract(new PostgresBackend());
