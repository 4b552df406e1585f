using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sluice.Server.Audit;
using Sluice.Server.Tests.Storage;

namespace Sluice.Server.Tests.Audit;

/// <summary>What is noted outside the database, on every provider.</summary>
public abstract class CheckpointContract(IStorageBackend backend, string unguard)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_log_that_grew_gets_a_line_and_others_none()
    {
        await using var bed = await NewBedAsync();
        await bed.AddOrganisationAsync("org_1");
        await bed.AddOrganisationAsync("org_2");
        await bed.AddOrganisationAsync("org_3");
        await bed.GrowAsync("org_1", 3);
        await bed.GrowAsync("org_2", 1);
        using var job = bed.NewJob();
        await job.TryPassAsync(Token);
        await job.TryPassAsync(Token);
        var head = (await bed.GrowAsync("org_1", 2))[^1];
        await job.TryPassAsync(Token);

        var lines = await File.ReadAllLinesAsync(bed.File.Path, Token);
        lines.Select(l => JsonElement.Parse(l)).Select(l => (l.GetProperty("organisationId").GetString(), l.GetProperty("seq").GetInt64(), l.GetProperty("count").GetInt64()))
            .ShouldBe([("org_1", 3, 3), ("org_2", 1, 1), ("org_1", 5, 5)]);
        var last = JsonElement.Parse(lines[^1]);
        last.GetProperty("headHash").GetString().ShouldBe(Convert.ToHexStringLower(head.Hash));
        last.GetProperty("at").GetDateTimeOffset().ShouldBe(bed.Time.GetUtcNow());
        last.GetProperty("hmac").GetString()!.Length.ShouldBe(64);
        var report = await bed.VerifyAsync("org_1");
        (report.Holds, report.Checkpoints.Compared, report.Checkpoints.Last!.Seq).ShouldBe((true, 2, 5));
        bed.Log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_new_process_goes_on_with_the_file_of_the_last_one()
    {
        await using var bed = await NewBedAsync();
        await bed.AddOrganisationAsync("org_1");
        await bed.GrowAsync("org_1", 2);
        using (var first = bed.NewJob()) await first.TryPassAsync(Token);
        using var second = bed.NewJob();
        await second.TryPassAsync(Token);
        await bed.GrowAsync("org_1", 1);
        await second.TryPassAsync(Token);
        bed.File.Read().Select(l => l.Checkpoint?.Seq).ShouldBe([2, 3]);
        bed.Log.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_log_that_was_cut_raises_the_alarm_at_the_next_round(int grownSince)
    {
        await using var bed = await NewBedAsync();
        await bed.AddOrganisationAsync("org_1");
        await bed.AddOrganisationAsync("org_2");
        await bed.GrowAsync("org_1", 5);
        await bed.GrowAsync("org_2", 5);
        using var job = bed.NewJob();
        await job.TryPassAsync(Token);
        bed.Time.Advance(TimeSpan.FromSeconds(1));
        await bed.ExecuteAsync("delete from audit_entries where organisation_id = 'org_1' and seq > 2");
        await bed.GrowAsync("org_1", grownSince);
        await job.TryPassAsync(Token);
        await job.TryPassAsync(Token);

        bed.Log.Lines.Single().ShouldSatisfyAllConditions(l => l.Level.ShouldBe(LogLevel.Error), l => l.Text.ShouldContain("audit log of org_1"), l => l.Text.ShouldContain("entry 5"));
        bed.Readiness.Warnings.ShouldBe(["audit_log_contradicts_checkpoints"]);
        (await bed.VerifyAsync("org_1")).Chain.ShouldSatisfyAllConditions(v => v.Defect.ShouldBe(AuditDefect.Cut), v => v.FirstBadSeq.ShouldBe(3));
        (await bed.VerifyAsync("org_2")).Holds.ShouldBeTrue();
    }

    [Fact]
    public async Task A_log_that_is_gone_altogether_raises_the_alarm()
    {
        await using var bed = await NewBedAsync();
        await bed.AddOrganisationAsync("org_1");
        await bed.GrowAsync("org_1", 2);
        using var job = bed.NewJob();
        await job.TryPassAsync(Token);
        await bed.ExecuteAsync("delete from audit_entries");
        await job.TryPassAsync(Token);
        bed.Log.Lines.Single().Text.ShouldContain("audit log of org_1 was cut");
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_and_made_up_for()
    {
        await using var bed = await NewBedAsync();
        await bed.AddOrganisationAsync("org_1");
        await bed.GrowAsync("org_1", 2);
        // Not even root writes a file where a folder is.
        Directory.CreateDirectory(bed.File.Path);
        using var job = bed.NewJob();
        await job.TryPassAsync(Token);
        bed.Log.Lines.Single().ShouldSatisfyAllConditions(l => l.Level.ShouldBe(LogLevel.Error), l => l.Text.ShouldContain(bed.File.Path));
        bed.Readiness.Warnings.ShouldBe(["audit_checkpoints_not_written"]);
        bed.Readiness.Release(Sluice.Server.Hosting.Readiness.Starting);
        bed.Readiness.IsReady.ShouldBeTrue();

        await bed.GrowAsync("org_1", 1);
        Directory.Delete(bed.File.Path);
        await job.TryPassAsync(Token);
        bed.File.Read().Select(l => l.Checkpoint?.Seq).ShouldBe([3]);
        bed.Readiness.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_runs_by_itself_every_minute_and_once_more_at_the_end()
    {
        await using var bed = await NewBedAsync();
        await bed.AddOrganisationAsync("org_1");
        await bed.GrowAsync("org_1", 1);
        using var job = bed.NewJob();
        await job.StartAsync(Token);
        await UntilAsync(() => bed.File.Read().Count() == 1);
        await bed.GrowAsync("org_1", 1);
        await UntilAsync(() =>
        {
            // The wait begins a moment after the line is written.
            bed.Time.Advance(TimeSpan.FromSeconds(30));
            return bed.File.Read().Count() == 2;
        });
        await bed.GrowAsync("org_1", 1);
        await job.StopAsync(Token);
        bed.File.Read().Select(l => l.Checkpoint?.Seq).ShouldBe([1, 2, 3]);
    }

    private Task<AuditBed> NewBedAsync() => AuditBed.NewAsync(backend, unguard);

    private static async Task UntilAsync(Func<bool> there)
    {
        while (!there()) await Task.Delay(10, Token);
    }
}

public sealed class SqliteCheckpointTests : CheckpointContract, IDisposable
{
    private readonly SqliteBackend _backend;

    public SqliteCheckpointTests() : this(new SqliteBackend()) { }

    private SqliteCheckpointTests(SqliteBackend backend) : base(backend, "drop trigger audit_entries_stay; drop trigger audit_entries_remain") => _backend = backend;

    public void Dispose() => _backend.Dispose();
}

public sealed class PostgresCheckpointTests() : CheckpointContract(new PostgresBackend(), "alter table audit_entries disable trigger all");
