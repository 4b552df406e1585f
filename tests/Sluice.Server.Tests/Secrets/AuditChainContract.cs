using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Storage;

namespace Sluice.Server.Tests.Secrets;

/// <summary>What the audit log promises, on every provider.</summary>
public abstract class AuditChainContract : IDisposable
{
    private readonly IStorageBackend _backend;
    private readonly KeyFolder _keys = new();
    private readonly AuditChain _chain;

    protected AuditChainContract(IStorageBackend backend)
    {
        _backend = backend;
        _chain = new AuditChain(_keys.Load(), new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero)));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Statements that let an attacker with every right on the database change entries.</summary>
    protected abstract string Unguard { get; }

    public virtual void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Entries_are_numbered_without_gaps_and_hold()
    {
        await using var database = await WithEntriesAsync(5);
        await using var db = database.CreateContext();
        (await db.AuditEntries.OrderBy(e => e.Seq).Select(e => e.Seq).ToListAsync(Token)).ShouldBe([1, 2, 3, 4, 5]);
        var verdict = await _chain.VerifyAsync(db, "org_1", Token);
        verdict.FirstBadSeq.ShouldBeNull();
        verdict.Entries.ShouldBe(5);
    }

    [Fact]
    public async Task Two_entries_in_one_transaction_follow_each_other()
    {
        await using var database = await WithEntriesAsync(1);
        await using (var db = database.CreateContext())
        await using (var transaction = await db.Database.BeginTransactionAsync(Token))
        {
            await AppendAsync(db, "a");
            await AppendAsync(db, "b");
            await db.SaveChangesAsync(Token);
            await transaction.CommitAsync(Token);
        }
        await using var after = database.CreateContext();
        (await _chain.VerifyAsync(after, "org_1", Token)).ShouldSatisfyAllConditions(v => v.FirstBadSeq.ShouldBeNull(), v => v.Entries.ShouldBe(3));
    }

    [Fact]
    public async Task An_act_that_is_rolled_back_leaves_no_entry_and_no_gap()
    {
        await using var database = await WithEntriesAsync(1);
        await using (var db = database.CreateContext())
        await using (await db.Database.BeginTransactionAsync(Token))
        {
            await AppendAsync(db, "undone");
            await db.SaveChangesAsync(Token);
        }
        await AppendAloneAsync(database, "next");
        await using var after = database.CreateContext();
        (await _chain.VerifyAsync(after, "org_1", Token)).Entries.ShouldBe(2);
    }

    [Fact]
    public async Task Without_a_transaction_no_entry_is_taken()
    {
        await using var database = await WithEntriesAsync(0);
        await using var db = database.CreateContext();
        await Should.ThrowAsync<InvalidOperationException>(() => AppendAsync(db, "x"));
    }

    [Fact]
    public async Task Concurrent_writers_make_one_chain()
    {
        await using var database = await WithEntriesAsync(0);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++) await AppendAloneAsync(database, $"{w}.{i}");
        }, Token)));
        await using var db = database.CreateContext();
        (await _chain.VerifyAsync(db, "org_1", Token)).ShouldSatisfyAllConditions(v => v.FirstBadSeq.ShouldBeNull(), v => v.Entries.ShouldBe(30));
    }

    [Theory]
    [InlineData("update audit_entries set detail = '{\"x\":1}' where seq = 3", 3)]
    [InlineData("update audit_entries set at_ms = at_ms + 1 where seq = 3", 3)]
    [InlineData("update audit_entries set actor_id = 'mgt_2' where seq = 3", 3)]
    [InlineData("update audit_entries set action = 'key.delete' where seq = 3", 3)]
    [InlineData("update audit_entries set subject_id = 'key_2' where seq = 3", 3)]
    [InlineData("update audit_entries set hash = (select hash from audit_entries a where a.seq = 1) where seq = 3", 3)]
    [InlineData("update audit_entries set previous_hash = hash where seq = 3", 3)]
    [InlineData("delete from audit_entries where seq = 3", 3)]
    [InlineData("delete from audit_entries where seq = 1", 1)]
    [InlineData("delete from audit_entries where seq = 3; update audit_entries set seq = seq - 1 where seq > 3", 3)]
    public async Task Tampering_is_found_at_its_place(string sql, long firstBad)
    {
        await using var database = await WithEntriesAsync(5);
        await using (var connection = await database.OpenAsync(Token))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"{Unguard}; {sql}";
            await command.ExecuteNonQueryAsync(Token);
        }
        await using var db = database.CreateContext();
        var verdict = await _chain.VerifyAsync(db, "org_1", Token);
        verdict.FirstBadSeq.ShouldBe(firstBad);
        verdict.Entries.ShouldBe(firstBad - 1);
        verdict.Problem.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_chain_written_under_another_key_does_not_hold()
    {
        await using var database = await WithEntriesAsync(2);
        using var others = new KeyFolder();
        await using var db = database.CreateContext();
        (await new AuditChain(others.Load(), TimeProvider.System).VerifyAsync(db, "org_1", Token)).FirstBadSeq.ShouldBe(1);
    }

    [Fact]
    public async Task A_cut_tail_shows_against_the_head_that_was_kept()
    {
        await using var database = await WithEntriesAsync(5);
        await using var db = database.CreateContext();
        var kept = await _chain.VerifyAsync(db, "org_1", Token);
        await using (var connection = await database.OpenAsync(Token))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"{Unguard}; delete from audit_entries where seq = 5";
            await command.ExecuteNonQueryAsync(Token);
        }
        var now = await _chain.VerifyAsync(db, "org_1", Token);
        now.FirstBadSeq.ShouldBeNull();
        now.Entries.ShouldBeLessThan(kept.Entries);
        now.Head.ToArray().ShouldNotBe(kept.Head.ToArray());
    }

    private async Task<SluiceDatabase> WithEntriesAsync(int count)
    {
        var database = SluiceDatabase.Open(await _backend.NewOptionsAsync(), TimeProvider.System);
        await database.PrepareAsync(Token);
        for (var i = 0; i < count; i++) await AppendAloneAsync(database, $"entry {i}");
        return database;
    }

    private async Task AppendAloneAsync(SluiceDatabase database, string detail)
    {
        await using var db = database.CreateContext();
        await using var transaction = await db.Database.BeginTransactionAsync(Token);
        await AppendAsync(db, detail);
        await db.SaveChangesAsync(Token);
        await transaction.CommitAsync(Token);
    }

    private Task<AuditEntryRow> AppendAsync(SluiceDb db, string detail) =>
        _chain.AppendAsync(db, "org_1", "mgt_1", "key.create", "key_1", $$"""{"name":"{{detail}}"}""", Token);
}

public sealed class SqliteAuditChainTests : AuditChainContract
{
    private readonly SqliteBackend _backend;

    public SqliteAuditChainTests() : this(new SqliteBackend()) { }

    private SqliteAuditChainTests(SqliteBackend backend) : base(backend) => _backend = backend;

    protected override string Unguard => "drop trigger audit_entries_stay; drop trigger audit_entries_remain";

    public override void Dispose()
    {
        base.Dispose();
        _backend.Dispose();
    }
}

public sealed class PostgresAuditChainTests() : AuditChainContract(new PostgresBackend())
{
    protected override string Unguard => "alter table audit_entries disable trigger all";
}
