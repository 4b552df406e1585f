using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sluice.Server.Management;
using Sluice.Server.Management.Enterprise;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Messages;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;
using Sluice.Server.Tests.Storage;
using Sluice.Testing;

namespace Sluice.Server.Tests.Management.Operations;

/// <summary>What the system does by itself is done once, whichever nodes do it at the same moment, on every kind of database.</summary>
public abstract class SystemActContract : IAsyncLifetime
{
    private const long DayMs = 24 * 60 * 60 * 1000;
    private readonly IStorageBackend _backend;
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly List<IDisposable> _parts = [];
    private SluiceDatabase _database = null!;
    private KeyMaterial _material = null!;

    protected SystemActContract(IStorageBackend backend) => _backend = backend;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask InitializeAsync()
    {
        _database = SluiceDatabase.Open(await _backend.NewOptionsAsync(), _time);
        await _database.PrepareAsync(CancellationToken.None);
        _material = KeyMaterial.Load(_folder.File("keys"), databaseNeedsKeys: false);
        await using var db = _database.CreateContext();
        db.Organisations.Add(SampleRows.Organisation("org_operator"));
        var organisation = SampleRows.Organisation();
        (organisation.Tier, organisation.VerifiedUntilMs, organisation.CreatedAtMs) = ("enterprise", Now + DayMs, 2);
        db.Organisations.Add(organisation);
        db.Projects.Add(SampleRows.Project());
        await db.SaveChangesAsync();
        var key = SampleRows.Key();
        (key.CallsPerDay, key.RequestsPerMinute, key.TokensPerMinute, key.Concurrency) = (9000, null, 5, null);
        db.Keys.Add(key);
        db.QuotaApplications.Add(Application("qap_1", "approved"));
        await db.SaveChangesAsync();
        db.QuotaGrants.Add(new QuotaGrantRow { Id = "qgr_1", OrganisationId = "org_1", KeyId = "key_1", ApplicationId = "qap_1", LimitKind = "callsPerDay", Value = 10_000, FromMs = Now - (5 * DayMs), UntilMs = Now + DayMs, CreatedAtMs = 1 });
        db.EnterpriseApplications.Add(Company("ent_1", "approved"));
        await db.SaveChangesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts) part.Dispose();
        await _database.DisposeAsync();
        _folder.Dispose();
        (_backend as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Nodes_that_look_at_the_same_moment_do_everything_once()
    {
        var nodes = Enumerable.Range(0, 4).Select(_ => Node()).ToList();
        await RunAllAsync(nodes);
        await using (var db = _database.CreateContext())
        {
            (await db.AuditEntries.CountAsync(Token)).ShouldBe(0);
            (await db.QuotaGrants.SingleAsync(Token)).RemindedAtMs.ShouldBe(Now);
            (await db.EnterpriseApplications.SingleAsync(Token)).RemindedDays.ShouldBe(7);
        }

        _time.Advance(TimeSpan.FromDays(1));
        await RunAllAsync(nodes);
        await using (var db = _database.CreateContext())
        {
            (await db.AuditEntries.Select(a => a.Action).ToListAsync(Token)).Order().ShouldBe(["key.update", "quota.end", "verification.expire"]);
            (await db.QuotaGrants.SingleAsync(Token)).EndedAtMs.ShouldBe(Now);
            var organisation = await db.Organisations.SingleAsync(o => o.Id == "org_1", Token);
            (organisation.Tier, organisation.VerifiedUntilMs).ShouldBe(("personal", null));
            LimitValues.Of(await db.Keys.SingleAsync(Token)).ShouldBe(new LimitValues(2000, 60, 5, 10));
            (await db.Changes.OrderBy(c => c.Kind).Select(c => c.Kind + " " + c.SubjectId).ToListAsync(Token)).Order().ShouldBe(["key key_1", "key key_1", "organisation org_1"]);
            (await new AuditChain(_material, _time).VerifyAsync(db, "org_1", Token)).FirstBadSeq.ShouldBeNull();
        }
    }

    [Fact]
    public async Task An_act_that_does_nothing_or_fails_leaves_nothing()
    {
        var (run, _, _) = Node();
        (await run.RunAsync("nothing", _ => Task.CompletedTask, Token)).ShouldBeFalse();
        await Should.ThrowAsync<InvalidOperationException>(run.RunAsync("fails", act =>
        {
            act.Audit("org_1", "some.act", "key_1");
            throw new InvalidOperationException("no");
        }, Token));
        await using var db = _database.CreateContext();
        (await db.AuditEntries.CountAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task The_database_itself_keeps_a_second_open_application_out()
    {
        await AddAsync(Application("qap_2", "open"), Company("ent_2", "submitted"));
        await Should.ThrowAsync<DbUpdateException>(AddAsync(Application("qap_3", "open")));
        await Should.ThrowAsync<DbUpdateException>(AddAsync(Company("ent_3", "submitted")));
        await AddAsync(Application("qap_4", "withdrawn"), Company("ent_4", "withdrawn"));
    }

    [Fact]
    public async Task Of_two_nodes_that_decide_one_application_one_gets_it()
    {
        await AddAsync(Application("qap_2", "open"), Company("ent_2", "submitted"));
        var claims = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var db = _database.CreateContext();
            await using var transaction = await db.Database.BeginTransactionAsync(Token);
            var quota = await DecideQuota.ClaimAsync(db.QuotaApplications, await db.QuotaApplications.SingleAsync(a => a.Id == "qap_2", Token), "approved", Token);
            var company = await DecideEnterprise.ClaimAsync(db.EnterpriseApplications, await db.EnterpriseApplications.SingleAsync(a => a.Id == "ent_2", Token), "approved", Token);
            await transaction.CommitAsync(Token);
            return (quota, company);
        })));
        claims.Count(c => c.quota).ShouldBe(1);
        claims.Count(c => c.company).ShouldBe(1);
    }

    private static async Task RunAllAsync(IEnumerable<(RunSystemAct, EndQuotaGrants Grants, ExpireVerifications Verifications)> nodes) =>
        await Task.WhenAll(nodes.SelectMany(n => new[] { Task.Run(() => n.Grants.RunOnceAsync(CancellationToken.None)), Task.Run(() => n.Verifications.RunOnceAsync(CancellationToken.None)) }));

    // A node of its own: its own line for writes, so that only the database stands between it and the others.
    private (RunSystemAct Run, EndQuotaGrants Grants, ExpireVerifications Verifications) Node()
    {
        var (gate, outbox, changes) = (new WriteGate(), new Outbox(new SecretSealer(_material), new MessageChannels(), NullLogger<Outbox>.Instance), new ChangeFeed(_database, [], _time, NullLogger<ChangeFeed>.Instance));
        var run = new RunSystemAct(_database, new LeaveTrace(new AuditChain(_material, _time), changes, outbox, NullLogger<LeaveTrace>.Instance), gate, new ManagementOptions(), _time);
        var grants = new EndQuotaGrants(_database, run, _time, NullLogger<EndQuotaGrants>.Instance);
        var verifications = new ExpireVerifications(_database, run, _time, NullLogger<ExpireVerifications>.Instance);
        _parts.AddRange([grants, verifications, changes, outbox, gate]);
        return (run, grants, verifications);
    }

    private async Task AddAsync(params object[] rows)
    {
        await using var db = _database.CreateContext();
        db.AddRange(rows);
        await db.SaveChangesAsync();
    }

    private QuotaApplicationRow Application(string id, string status) => new()
    {
        Id = id, OrganisationId = "org_1", ProjectId = "prj_1", KeyId = "key_1", LimitKind = "callsPerDay", RequestedValue = 10_000, Temporary = true, Scenario = "s", ExpectedVolume = "v", Status = status,
        ApplicantId = "acc_1", CreatedAtMs = Now, UpdatedAtMs = Now,
    };

    private EnterpriseApplicationRow Company(string id, string status) => new()
    {
        Id = id, OrganisationId = "org_1", CompanyName = "Acme", RegistrationScheme = "other", RegistrationNumber = "1", ContactName = "n", ContactEmail = "e@corp.example", ContactPhone = "+8613800000000",
        Status = status, SubmittedAtMs = Now, SubmittedBy = "acc_1", ValidUntilMs = Now + DayMs, UpdatedAtMs = Now,
    };
}

public sealed class SqliteSystemAct() : SystemActContract(new SqliteBackend());

public sealed class PostgresSystemAct() : SystemActContract(new PostgresBackend());
