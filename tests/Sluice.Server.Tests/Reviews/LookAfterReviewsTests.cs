using Microsoft.EntityFrameworkCore;
using Sluice.Server.Tests.Management;

namespace Sluice.Server.Tests.Reviews;

/// <summary>What reviews do by themselves as time goes by.</summary>
public sealed class LookAfterReviewsTests : IAsyncLifetime
{
    private const string A = ReviewServer.A;
    private const string B = ReviewServer.B;
    private ReviewServer _bed = null!;

    public async ValueTask InitializeAsync() => _bed = await ReviewServer.NewAsync();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_review_begins_every_quarter_by_itself_and_once()
    {
        await _bed.PassAsync(TimeSpan.FromDays(89));
        (await _bed.ReviewsAsync(A)).ShouldBeEmpty();
        await _bed.PassAsync(TimeSpan.FromDays(1));
        await _bed.PassAsync(TimeSpan.FromMinutes(10));
        var review = (await _bed.ReviewsAsync(A)).Single();
        (review.CreatedBy, review.DueAtMs - review.CreatedAtMs).ShouldBe(("system", (long)TimeSpan.FromDays(14).TotalMilliseconds));
        (await _bed.SystemActsAsync(A)).ShouldBe(["review.start"]);
        // Nothing to ask about in B.
        (await _bed.ReviewsAsync(B)).ShouldBeEmpty();

        await _bed.DecideAsync(review.Id, "key_data", "confirm");
        await _bed.PassAsync(TimeSpan.FromDays(89));
        (await _bed.ReviewsAsync(A)).Count.ShouldBe(1);
        await _bed.PassAsync(TimeSpan.FromDays(1));
        (await _bed.ReviewsAsync(A)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Two_nodes_begin_one_review_and_do_everything_once()
    {
        await _bed.Server.AddPersonAsync(A, "role_owner");
        _bed.Server.Time.Advance(TimeSpan.FromDays(90));
        await BothAsync();
        var review = (await _bed.ReviewsAsync(A)).Single();
        _bed.Server.Time.Advance(TimeSpan.FromDays(7));
        await BothAsync();
        _bed.Server.Time.Advance(TimeSpan.FromDays(7));
        await BothAsync();
        (await _bed.SystemActsAsync(A)).ShouldBe(["review.start", "review.remind", "review.escalate"]);
        (await _bed.ReviewsAsync(A)).Single().Id.ShouldBe(review.Id);

        async Task BothAsync()
        {
            using var first = _bed.NewJob();
            using var second = _bed.NewJob();
            await Task.WhenAll(Task.Run(() => first.RunOnceAsync(TestContext.Current.CancellationToken)), Task.Run(() => second.RunOnceAsync(TestContext.Current.CancellationToken)));
        }
    }

    [Fact]
    public async Task An_organisation_decides_how_often_and_whether_at_all()
    {
        await _bed.AddKeyAsync(B);
        await _bed.Server.QueryAsync(db => db.Organisations.Where(o => o.Id == A).ExecuteUpdateAsync(s => s.SetProperty(o => o.ReviewEveryDays, 0)));
        await _bed.Server.QueryAsync(db => db.Organisations.Where(o => o.Id == B).ExecuteUpdateAsync(s => s.SetProperty(o => o.ReviewEveryDays, 7).SetProperty(o => o.ReviewDisableAfterDays, 3)));
        await _bed.PassAsync(TimeSpan.FromDays(7));
        (await _bed.ReviewsAsync(A)).ShouldBeEmpty();
        (await _bed.ReviewsAsync(B)).Single().DisableAfterDays.ShouldBe(3);
        await _bed.PassAsync(TimeSpan.FromDays(400));
        (await _bed.ReviewsAsync(A)).ShouldBeEmpty();
        // The open one is waited for.
        (await _bed.ReviewsAsync(B)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Reviewers_are_reminded_a_week_and_a_day_before_the_end_and_owners_told_after_it()
    {
        var owner = await _bed.Server.AddPersonAsync(A, "role_owner");
        var admin = await _bed.Server.AddPersonAsync(A, "role_admin");
        var developer = await _bed.Server.AddPersonAsync(A, "role_developer");
        var id = await _bed.StartAsync();
        await _bed.PassAsync(TimeSpan.FromDays(6.9));
        (await KindsAsync(admin)).ShouldBe(["review.due"]);
        await _bed.PassAsync(TimeSpan.FromDays(0.2));
        (await KindsAsync(admin)).ShouldBe(["review.due", "review.due"]);
        await _bed.PassAsync(TimeSpan.FromDays(3));
        (await KindsAsync(admin)).Count.ShouldBe(2);
        await _bed.PassAsync(TimeSpan.FromDays(3));
        await _bed.PassAsync(TimeSpan.FromMinutes(10));
        (await KindsAsync(admin)).Count.ShouldBe(3);
        (await _bed.ReviewAsync(id)).GetProperty("status").GetString().ShouldBe("open");

        await _bed.PassAsync(TimeSpan.FromDays(1));
        await _bed.PassAsync(TimeSpan.FromDays(1));
        (await _bed.ReviewAsync(id)).GetProperty("status").GetString().ShouldBe("overdue");
        (await KindsAsync(owner)).ShouldBe(["review.due", "review.due", "review.due", "review.overdue"]);
        (await KindsAsync(admin)).Count.ShouldBe(3);
        (await KindsAsync(developer)).ShouldBeEmpty();
        (await _bed.SystemActsAsync(A)).ShouldBe(["review.remind", "review.remind", "review.escalate"]);
        (await _bed.KeyAsync("key_data")).Enabled.ShouldBeTrue();
    }

    [Fact]
    public async Task A_node_that_was_down_for_both_reminders_sends_one()
    {
        await _bed.Server.AddPersonAsync(A, "role_owner");
        await _bed.StartAsync();
        await _bed.PassAsync(TimeSpan.FromDays(13.5));
        (await _bed.SystemActsAsync(A)).ShouldBe(["review.remind"]);
    }

    [Fact]
    public async Task A_review_that_is_due_soon_from_its_beginning_needs_no_reminder_of_the_week()
    {
        await _bed.Server.AddPersonAsync(A, "role_owner");
        await _bed.StartAsync($$"""{"dueAt":"{{_bed.Server.Time.GetUtcNow().AddDays(3):yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""");
        await _bed.PassAsync(TimeSpan.FromDays(1));
        (await _bed.SystemActsAsync(A)).ShouldBeEmpty();
        await _bed.PassAsync(TimeSpan.FromDays(1.5));
        (await _bed.SystemActsAsync(A)).ShouldBe(["review.remind"]);
    }

    [Fact]
    public async Task Keys_that_nobody_decided_on_are_switched_off_and_roles_stay()
    {
        var owner = await _bed.Server.AddPersonAsync(A, "role_owner");
        var (kept, silent, off) = (await _bed.AddKeyAsync(A), await _bed.AddKeyAsync(A), await _bed.AddKeyAsync(A));
        var id = await _bed.StartAsync("""{"disableOnSilence":true}""");
        await _bed.DecideAsync(id, kept, "confirm");
        await _bed.Server.SendAsync("POST", $"/api/v1/keys/{off}/disable");
        await _bed.PassAsync(TimeSpan.FromDays(20.9));
        (await _bed.KeyAsync(silent)).Enabled.ShouldBeTrue();
        var seen = _bed.Server.Changes.Seen.Count;
        await _bed.PassAsync(TimeSpan.FromDays(0.2));
        await _bed.PassAsync(TimeSpan.FromMinutes(10));

        (await _bed.KeyAsync(silent)).ShouldSatisfyAllConditions(k => k.Enabled.ShouldBeFalse(), k => k.RevokedAtMs.ShouldBeNull());
        (await _bed.KeyAsync(kept)).Enabled.ShouldBeTrue();
        _bed.Server.Changes.Seen.Skip(seen).ShouldBe([silent, "key_data"], ignoreOrder: true);
        (await _bed.ItemsAsync(id, "&decision=disabled")).Select(i => i.GetProperty("subjectId").GetString()).ShouldBe([silent, off, "key_data"], ignoreOrder: true);
        (await _bed.SystemActsAsync(A)).Count(a => a == "review.silence").ShouldBe(1);
        (await KindsAsync(owner)).ShouldContain("review.silenced");
        // The owner's own role was not decided, so that the review goes on; a key can be had back or taken away for good.
        (await _bed.ReviewAsync(id)).GetProperty("status").GetString().ShouldBe("overdue");
        (await _bed.Server.SendAsync("POST", $"/api/v1/keys/{silent}/enable")).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        (await _bed.DecideAsync(id, off, "revoke")).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        (await _bed.DecideAsync(id, await _bed.AssignmentOfAsync(owner.AccountId), "confirm")).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        (await _bed.ReviewAsync(id)).GetProperty("status").GetString().ShouldBe("finished");
    }

    [Fact]
    public async Task A_review_is_finished_once_all_that_was_open_is_gone_or_off()
    {
        var key = await _bed.AddKeyAsync(A);
        var id = await _bed.StartAsync("""{"disableOnSilence":true}""");
        await _bed.Server.SendAsync("DELETE", $"/api/v1/keys/{key}");
        await _bed.PassAsync(TimeSpan.FromMinutes(10));
        (await _bed.ItemOfAsync(id, key)).GetProperty("decision").GetString().ShouldBe("gone");
        await _bed.PassAsync(TimeSpan.FromDays(21));
        (await _bed.ReviewAsync(id)).GetProperty("status").GetString().ShouldBe("finished");
        (await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/evidence")).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        (await _bed.SystemActsAsync(A)).ShouldBe(["review.gone", "review.escalate", "key.disable", "review.silence", "review.finish"]);
    }

    [Fact]
    public async Task It_looks_by_itself()
    {
        using var job = _bed.NewJob();
        _bed.Server.Time.Advance(TimeSpan.FromDays(90));
        await job.StartAsync(TestContext.Current.CancellationToken);
        while ((await _bed.ReviewsAsync(A)).Count == 0)
        {
            _bed.Server.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await job.StopAsync(TestContext.Current.CancellationToken);
        (await _bed.ReviewsAsync(A)).Count.ShouldBe(1);
    }

    private async Task<IReadOnlyList<string>> KindsAsync(Person person) => [.. (await _bed.NewsAsync(person.AccountId)).OrderBy(n => n.CreatedAtMs).Select(n => n.Kind)];
}
