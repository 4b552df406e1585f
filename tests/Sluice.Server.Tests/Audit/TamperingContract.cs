using Sluice.Server.Audit;
using Sluice.Server.Tests.Storage;

namespace Sluice.Server.Tests.Audit;

/// <summary>That nobody without the audit key changes an audit log unseen, on every provider.</summary>
public abstract class TamperingContract(IStorageBackend backend, string unguard, int rounds)
{
    private protected Task<AuditBed> NewBedAsync() => AuditBed.NewAsync(backend, unguard);

    [Fact]
    public async Task Any_act_on_the_table_is_found_and_named()
    {
        await using var bed = await NewBedAsync();
        for (var seed = 1; seed <= rounds; seed++)
        {
            var random = new Random(seed);
            var (harmed, unharmed) = ($"org_{seed}", $"org_{seed}b");
            var entries = await bed.GrowAsync(harmed, random.Next(1, 12));
            await bed.GrowAsync(unharmed, random.Next(0, 4));
            await bed.CheckpointAsync(harmed);
            var tampering = Tampering.Of(random, entries);
            (await bed.VerifyAsync(harmed)).Holds.ShouldBeTrue($"seed {seed}");
            foreach (var (sql, values) in tampering.Statements) (await bed.ExecuteAsync(sql, values)).ShouldBeGreaterThan(-1);

            var report = await bed.VerifyAsync(harmed);
            var message = $"seed {seed}: {tampering.What}, but: {report.Chain}";
            report.Holds.ShouldBeFalse(message);
            report.Chain.FirstBadSeq.ShouldBe(tampering.FirstBadSeq, message);
            tampering.Defects.ShouldContain(report.Chain.Defect!.Value, message);
            report.Chain.Problem.ShouldNotBeNullOrEmpty();
            report.Chain.Entries.ShouldBe(tampering.FirstBadSeq - 1, message);
            (await bed.VerifyAsync(unharmed)).Holds.ShouldBeTrue(message);
        }
    }

    [Fact]
    public async Task A_log_that_was_cut_and_went_on_growing_is_found_from_where_it_was_cut()
    {
        await using var bed = await NewBedAsync();
        for (var seed = 1; seed <= 30; seed++)
        {
            var random = new Random(seed);
            var id = $"org_{seed}";
            var early = random.Next(1, 6);
            await bed.GrowAsync(id, early);
            await bed.CheckpointAsync(id);
            var n = early + random.Next(1, 9);
            await bed.GrowAsync(id, n - early);
            await bed.CheckpointAsync(id);
            var first = random.Next(1, n + 1);
            await bed.ExecuteAsync($"delete from audit_entries where organisation_id = @o and seq >= {first}", ("@o", id));
            // By Sluice itself, so that the chain holds.
            await bed.GrowAsync(id, random.Next(0, n + 3));
            if (random.Next(2) == 0 && first > 1) await bed.CheckpointAsync(id);

            var report = await bed.VerifyAsync(id);
            report.Chain.FirstBadSeq.ShouldBe(first, $"seed {seed}: {report.Chain}");
            report.Chain.Defect.ShouldBe(AuditDefect.Cut);
        }
    }

    [Fact]
    public async Task Parts_of_two_histories_do_not_make_one_chain()
    {
        await using var bed = await NewBedAsync();
        var first = await bed.GrowAsync("org_1", 6);
        await bed.ExecuteAsync("delete from audit_entries where seq >= 3");
        await bed.GrowAsync("org_1", 2);
        await using (var db = bed.Database.CreateContext())
        {
            db.AuditEntries.AddRange(first.Where(e => e.Seq >= 5));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        (await bed.VerifyAsync("org_1")).Chain.ShouldSatisfyAllConditions(v => v.FirstBadSeq.ShouldBe(5), v => v.Defect.ShouldBe(AuditDefect.Replaced));
    }

    [Fact]
    public async Task A_log_that_is_gone_altogether_is_missed()
    {
        await using var bed = await NewBedAsync();
        await bed.GrowAsync("org_1", 3);
        await bed.GrowAsync("org_2", 3);
        await bed.CheckpointAsync("org_1");
        await bed.ExecuteAsync("delete from audit_entries where organisation_id = 'org_1'");
        var reports = new List<AuditReport>();
        await foreach (var report in bed.Verification.OfAllAsync(TestContext.Current.CancellationToken)) reports.Add(report);
        reports.Select(r => (r.OrganisationId, r.Holds, r.Chain.FirstBadSeq)).ShouldBe([("org_1", false, 1), ("org_2", true, null)]);
    }

    [Fact]
    public async Task An_entry_of_another_organisation_does_not_pass_for_ones_own()
    {
        await using var bed = await NewBedAsync();
        await bed.GrowAsync("org_1", 2);
        await bed.GrowAsync("org_2", 3);
        await bed.ExecuteAsync("update audit_entries set organisation_id = 'org_1' where organisation_id = 'org_2' and seq = 3");
        (await bed.VerifyAsync("org_1")).Chain.FirstBadSeq.ShouldBe(3);
    }
}

public sealed class SqliteTamperingTests : TamperingContract, IDisposable
{
    private readonly SqliteBackend _backend;

    public SqliteTamperingTests() : this(new SqliteBackend()) { }

    private SqliteTamperingTests(SqliteBackend backend) : base(backend, "drop trigger audit_entries_stay; drop trigger audit_entries_remain", rounds: 400) => _backend = backend;

    public void Dispose() => _backend.Dispose();
}

public sealed class PostgresTamperingTests() : TamperingContract(new PostgresBackend(), "alter table audit_entries disable trigger all", rounds: 150)
{
    [Fact]
    public async Task Rows_that_the_table_would_never_take_are_found_too()
    {
        await using var bed = await NewBedAsync();
        await bed.ExecuteAsync("alter table audit_entries drop constraint audit_entries_pkey, drop constraint audit_entries_seq_check, drop constraint audit_entries_hash_check");
        foreach (var column in new[] { "at_ms", "actor_id", "action", "subject_id", "detail", "previous_hash", "hash" })
        {
            await bed.ExecuteAsync($"alter table audit_entries alter column {column} drop not null");
            await bed.GrowAsync("org_" + column, 3);
            await bed.ExecuteAsync($"update audit_entries set {column} = null where organisation_id = 'org_{column}' and seq = 2");
            (await bed.VerifyAsync("org_" + column)).Chain.ShouldSatisfyAllConditions(v => v.FirstBadSeq.ShouldBe(2, column), v => v.Defect.ShouldBe(AuditDefect.Changed, column));
        }

        await bed.GrowAsync("org_double", 3);
        await bed.ExecuteAsync("insert into audit_entries select * from audit_entries where organisation_id = 'org_double' and seq = 2");
        (await bed.VerifyAsync("org_double")).Chain.ShouldSatisfyAllConditions(v => v.FirstBadSeq.ShouldBe(2), v => v.Defect.ShouldBe(AuditDefect.Inserted));

        await bed.GrowAsync("org_zero", 2);
        await bed.ExecuteAsync("insert into audit_entries (organisation_id, seq, at_ms, actor_id, action, subject_id, detail, previous_hash, hash) select organisation_id, 0, at_ms, actor_id, action, subject_id, detail, previous_hash, hash from audit_entries where organisation_id = 'org_zero' and seq = 1");
        (await bed.VerifyAsync("org_zero")).Chain.ShouldSatisfyAllConditions(v => v.FirstBadSeq.ShouldBe(0), v => v.Defect.ShouldBe(AuditDefect.Inserted));
    }
}
