using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Tests.Management;

namespace Sluice.Server.Tests.Reviews;

/// <summary>Access reviews over HTTP.</summary>
public sealed class ReviewTests : IAsyncLifetime
{
    private const string A = ReviewServer.A;
    private const string B = ReviewServer.B;
    private ReviewServer _bed = null!;

    public async ValueTask InitializeAsync() => _bed = await ReviewServer.NewAsync();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_review_asks_of_every_key_and_every_role()
    {
        var owner = await _bed.Server.AddPersonAsync(A, "role_owner");
        var developer = await _bed.Server.AddPersonAsync(A, "role_developer", ManagementServer.ProjectA);
        var key = await _bed.AddKeyAsync(A, developer.AccountId);
        await _bed.Server.SendAsync("POST", $"/api/v1/keys/{await _bed.AddKeyAsync(A)}/revoke");
        await _bed.AddKeyAsync(B);
        await _bed.Server.AddPersonAsync(B, "role_owner");

        var id = await _bed.StartAsync("""{"name":"Q1","dueAt":"2030-02-28T00:00:00Z"}""", owner.Token);
        var items = await _bed.ItemsAsync(id);
        items.Select(i => i.GetProperty("subjectId").GetString()).ShouldBe(["key_data", key, await _bed.AssignmentOfAsync(owner.AccountId), await _bed.AssignmentOfAsync(developer.AccountId)], ignoreOrder: true);
        items.Single(i => i.GetProperty("subjectId").GetString() == key).GetProperty("accountName").GetString()!.ShouldStartWith("Person ");
        items.Select(i => i.GetProperty("title").GetString()).ShouldContain("Developer in project Default");
        var review = await _bed.ReviewAsync(id);
        (review.GetProperty("name").GetString(), review.GetProperty("status").GetString(), review.GetProperty("createdBy").GetString()).ShouldBe(("Q1", "open", owner.AccountId));
        review.GetProperty("counts").GetProperty("open").GetInt32().ShouldBe(4);
        (await _bed.NewsAsync(owner.AccountId)).Single().ShouldSatisfyAllConditions(n => n.Kind.ShouldBe("review.due"), n => n.SubjectId.ShouldBe(id));
        (await _bed.NewsAsync(developer.AccountId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_stands_out_comes_from_real_traffic()
    {
        var used = await _bed.AddKeyAsync(A, models: """["deepseek-*"]""");
        await _bed.CallAsync(used);
        await _bed.CallAsync(used, "deepseek-reasoner");
        var unused = await _bed.AddKeyAsync(A);
        var id = await _bed.StartAsync();

        var item = await _bed.ItemOfAsync(id, used);
        item.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString()).ShouldBe(["routes_never_used", "models_never_used", "no_expiry", "no_network_list"]);
        item.GetProperty("recommended").GetString().ShouldBe("narrow");
        item.GetProperty("proposed").GetProperty("models").EnumerateArray().Select(m => m.GetString()).ShouldBe(["deepseek-chat", "deepseek-reasoner"]);
        (await _bed.ItemOfAsync(id, unused)).GetProperty("recommended").GetString().ShouldBe("revoke");
        (await _bed.ItemsAsync(id, "&finding=unused")).Select(i => i.GetProperty("subjectId").GetString()).ShouldBe([unused]);
    }

    [Fact]
    public async Task Narrowing_brings_a_key_down_at_once_and_keeps_what_was_used_since()
    {
        var key = await _bed.AddKeyAsync(A, models: """["deepseek-*"]""");
        await _bed.CallAsync(key);
        var id = await _bed.StartAsync();
        _bed.Server.Time.Advance(TimeSpan.FromDays(2));
        await _bed.CallAsync(key, "deepseek-reasoner");
        await _bed.CallAsync(key, "gpt-4");

        var reply = await _bed.DecideAsync(id, key, "narrow", """{"note":"Only chat."}""");
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        (reply.Json.GetProperty("decision").GetString(), reply.Json.GetProperty("note").GetString(), reply.Json.GetProperty("decidedBy").GetString()).ShouldBe(("narrowed", "Only chat.", "mgt_own"));
        var row = await _bed.KeyAsync(key);
        row.ScopeRoutes.ShouldBe($"""["{ReviewServer.Chat}"]""");
        row.ScopeModels.ShouldBe("""["deepseek-chat","deepseek-reasoner"]""");
        row.ExpiresAtMs.ShouldBe(_bed.Server.Time.GetUtcNow().AddDays(90).ToUnixTimeMilliseconds());
        _bed.Server.Changes.Seen[^1].ShouldBe(key);
        var audit = (await _bed.Server.SendAsync("GET", $"/api/v1/audit?subjectId={key}")).Json.GetProperty("data")[0];
        audit.GetProperty("action").GetString().ShouldBe("key.update");
        audit.GetProperty("detail").GetProperty("reviewId").GetString().ShouldBe(id);
    }

    [Fact]
    public async Task Narrowing_never_widens_what_was_made_smaller_meanwhile()
    {
        var key = await _bed.AddKeyAsync(A);
        await _bed.CallAsync(key);
        await _bed.CallAsync(key, "m2", "POST /v1/embeddings");
        var id = await _bed.StartAsync();
        await _bed.Server.SendAsync("PATCH", $"/api/v1/keys/{key}", """{"scope":{"routes":["POST /v1/embeddings"],"models":["m2"]},"expiresAt":"2030-02-10T00:00:00Z"}""");
        (await _bed.DecideAsync(id, key, "narrow")).Status.ShouldBe(HttpStatusCode.OK);
        var row = await _bed.KeyAsync(key);
        (row.ScopeRoutes, row.ScopeModels, row.ExpiresAtMs).ShouldBe(("""["POST /v1/embeddings"]""", """["m2"]""", new DateTimeOffset(2030, 2, 10, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()));

        var other = await _bed.AddKeyAsync(A);
        await _bed.Server.SendAsync("GET", "/api/v1/access-reviews");
        await FinishAsync(id);
        await _bed.CallAsync(other);
        var next = await _bed.StartAsync();
        await _bed.Server.SendAsync("PATCH", $"/api/v1/keys/{other}", """{"scope":{"routes":["POST /v1/embeddings"]}}""");
        var stale = await _bed.DecideAsync(next, other, "narrow");
        (stale.Status, (await _bed.KeyAsync(other)).ScopeRoutes).ShouldBe((HttpStatusCode.Conflict, """["POST /v1/embeddings"]"""));
    }

    [Fact]
    public async Task Revoking_withdraws_a_key_and_takes_a_role_away_at_once()
    {
        var developer = await _bed.Server.AddPersonAsync(A, "role_developer");
        var key = await _bed.AddKeyAsync(A, developer.AccountId);
        var id = await _bed.StartAsync();
        (await _bed.DecideAsync(id, key, "revoke")).Json.GetProperty("decision").GetString().ShouldBe("revoked");
        (await _bed.KeyAsync(key)).ShouldSatisfyAllConditions(k => k.RevokedAtMs.ShouldNotBeNull(), k => k.RevokedReason.ShouldBe("access_review"));
        _bed.Server.Changes.Seen.ShouldContain(key);
        var assignment = await _bed.AssignmentOfAsync(developer.AccountId);
        (await _bed.Server.SendAsync("GET", "/api/v1/keys", token: developer.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await _bed.DecideAsync(id, assignment, "revoke")).Status.ShouldBe(HttpStatusCode.OK);
        (await _bed.Server.SendAsync("GET", "/api/v1/keys", token: developer.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await _bed.Server.QueryAsync(db => db.Changes.AnyAsync(c => c.Kind == "owner" && c.SubjectId == developer.AccountId))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_role_is_replaced_by_the_smaller_one_that_is_proposed()
    {
        var admin = await _bed.Server.AddPersonAsync(A, "role_admin");
        await _bed.AgeAssignmentsAsync(100);
        await _bed.Server.CreateKeyAsync(token: admin.Token);
        var id = await _bed.StartAsync();
        var assignment = await _bed.AssignmentOfAsync(admin.AccountId);
        (await _bed.ItemOfAsync(id, assignment)).GetProperty("proposed").GetProperty("roleId").GetString().ShouldBe("role_developer");
        (await _bed.DecideAsync(id, assignment, "narrow")).Status.ShouldBe(HttpStatusCode.OK);
        (await _bed.Server.SendAsync("GET", "/api/v1/audit", token: admin.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await _bed.Server.SendAsync("GET", "/api/v1/keys", token: admin.Token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_last_owner_stays_also_when_several_are_taken_away_at_once()
    {
        var (first, second) = (await _bed.Server.AddPersonAsync(A, "role_owner"), await _bed.Server.AddPersonAsync(A, "role_owner"));
        var admin = await _bed.Server.AddPersonAsync(A, "role_admin");
        var id = await _bed.StartAsync();
        (await _bed.DecideAsync(id, await _bed.AssignmentOfAsync(first.AccountId), "revoke", token: admin.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var items = new[] { first, second }.Select(async p => (await _bed.ItemOfAsync(id, await _bed.AssignmentOfAsync(p.AccountId))).GetProperty("id").GetString());
        var both = $$"""{"decisions":[{{string.Join(',', (await Task.WhenAll(items)).Select(i => $$"""{"itemId":"{{i}}","decision":"revoke"}"""))}}]}""";
        var refused = await _bed.Server.SendAsync("POST", $"/api/v1/access-reviews/{id}/decide", both, first.Token);
        (refused.Status, refused.Fields.Single()).ShouldBe((HttpStatusCode.Conflict, "decisions[1]"));
        (await _bed.Server.QueryAsync(db => db.Assignments.CountAsync(a => a.RoleId == "role_owner"))).ShouldBe(2);
        (await _bed.DecideAsync(id, await _bed.AssignmentOfAsync(second.AccountId), "revoke", token: first.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await _bed.DecideAsync(id, await _bed.AssignmentOfAsync(first.AccountId), "revoke", token: first.Token)).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Nobody_confirms_what_is_their_own_where_somebody_else_could()
    {
        var owner = await _bed.Server.AddPersonAsync(A, "role_owner");
        var key = await _bed.AddKeyAsync(A, owner.AccountId);
        var id = await _bed.StartAsync();
        // Alone, one has to.
        (await _bed.DecideAsync(id, await _bed.AssignmentOfAsync(owner.AccountId), "confirm", token: owner.Token)).Status.ShouldBe(HttpStatusCode.OK);
        await _bed.Server.AddPersonAsync(A, "role_developer");
        var admin = await _bed.Server.AddPersonAsync(A, "role_admin");
        var own = await _bed.DecideAsync(id, key, "confirm", token: owner.Token);
        (own.Status, own.Code).ShouldBe((HttpStatusCode.Forbidden, "permission_denied"));
        (await _bed.DecideAsync(id, key, "confirm", token: await _bed.Server.AddTokenAsync(A, owner.AccountId, "reviews.*"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await _bed.DecideAsync(id, key, "confirm", token: admin.Token)).Status.ShouldBe(HttpStatusCode.OK);
        (await _bed.DecideAsync(id, key, "revoke", token: owner.Token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Several_decisions_are_carried_out_together_or_not_at_all()
    {
        var (first, second) = (await _bed.AddKeyAsync(A), await _bed.AddKeyAsync(A));
        var id = await _bed.StartAsync();
        var (a, b) = ((await _bed.ItemOfAsync(id, first)).GetProperty("id").GetString(), (await _bed.ItemOfAsync(id, second)).GetProperty("id").GetString());
        var wrong = await DecideAllAsync(id, (a!, "revoke"), ("rvi_none", "confirm"));
        (wrong.Status, wrong.Fields.Single(), (await _bed.KeyAsync(first)).RevokedAtMs).ShouldBe((HttpStatusCode.BadRequest, "decisions[1].itemId", null));
        (await DecideAllAsync(id, (a!, "revoke"), (a!, "confirm"))).Fields.ShouldBe(["decisions[1].itemId"]);
        (await DecideAllAsync(id)).Fields.ShouldBe(["decisions"]);

        var done = await DecideAllAsync(id, (a!, "revoke"), (b!, "confirm"));
        done.Status.ShouldBe(HttpStatusCode.OK, done.Text);
        var counts = done.Json.GetProperty("review").GetProperty("counts");
        (counts.GetProperty("items").GetInt32(), counts.GetProperty("open").GetInt32(), counts.GetProperty("revoked").GetInt32(), counts.GetProperty("confirmed").GetInt32()).ShouldBe((3, 1, 1, 1));
        (await _bed.ReviewAsync(id)).GetProperty("counts").ToString().ShouldBe(counts.ToString());
        (await _bed.KeyAsync(first)).RevokedAtMs.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_decision_made_again_changes_nothing_and_another_one_is_refused_where_it_is_for_good()
    {
        var key = await _bed.AddKeyAsync(A);
        var id = await _bed.StartAsync();
        await _bed.DecideAsync(id, key, "confirm");
        var before = await _bed.Server.AuditCountAsync();
        (await _bed.DecideAsync(id, key, "confirm")).Status.ShouldBe(HttpStatusCode.OK);
        (await _bed.Server.AuditCountAsync()).ShouldBe(before);
        (await _bed.DecideAsync(id, key, "revoke")).Status.ShouldBe(HttpStatusCode.OK);
        (await _bed.DecideAsync(id, key, "confirm")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task What_is_gone_before_anybody_decided_is_kept_as_gone()
    {
        var key = await _bed.AddKeyAsync(A);
        var id = await _bed.StartAsync();
        await _bed.Server.SendAsync("DELETE", $"/api/v1/keys/{key}");
        (await _bed.DecideAsync(id, key, "confirm")).Json.GetProperty("decision").GetString().ShouldBe("gone");
    }

    [Fact]
    public async Task The_last_decision_finishes_the_review_and_freezes_it()
    {
        var owner = await _bed.Server.AddPersonAsync(A, "role_owner");
        var id = await _bed.StartAsync();
        await FinishAsync(id);
        var review = await _bed.ReviewAsync(id);
        review.GetProperty("status").GetString().ShouldBe("finished");
        (await _bed.NewsAsync(owner.AccountId)).ShouldContain(n => n.Kind == "review.finished");
        var late = await _bed.DecideAsync(id, "key_data", "revoke");
        (late.Status, (await _bed.KeyAsync("key_data")).RevokedAtMs).ShouldBe((HttpStatusCode.Conflict, null));
        // Now another one can begin.
        await _bed.StartAsync();
    }

    [Fact]
    public async Task One_review_is_open_at_a_time_and_wrong_bodies_are_refused()
    {
        await _bed.StartAsync();
        (await _bed.Server.SendAsync("POST", "/api/v1/access-reviews")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await _bed.Server.SendAsync("POST", "/api/v1/access-reviews", """{"dueAt":"2030-01-01T00:00:00Z"}""")).Fields.ShouldBe(["dueAt"]);
        (await _bed.Server.SendAsync("POST", "/api/v1/access-reviews", """{"dueAt":"2040-01-01T00:00:00Z"}""")).Fields.ShouldBe(["dueAt"]);
        (await _bed.Server.SendAsync("POST", "/api/v1/access-reviews", """{"unusedDays":0}""")).Fields.ShouldBe(["unusedDays"]);
        (await _bed.Server.SendAsync("POST", "/api/v1/access-reviews", """{"owner":"acc_1"}""")).Fields.ShouldBe(["owner"]);
        (await _bed.Server.SendAsync("POST", "/api/v1/access-reviews", token: _bed.Server.OtherToken)).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Reviews_and_items_are_listed_by_pages_and_filters()
    {
        for (var i = 0; i < 5; i++) await _bed.AddKeyAsync(A);
        var owner = await _bed.Server.AddPersonAsync(A, "role_owner");
        var id = await _bed.StartAsync();
        var seen = new List<string>();
        for (var cursor = ""; ;)
        {
            var page = await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/items?limit=3{cursor}");
            seen.AddRange(page.Json.GetProperty("data").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            if (page.Json.GetProperty("nextCursor").GetString() is not { } next) break;
            cursor = "&cursor=" + next;
        }

        (seen.Count, seen.Distinct().Count()).ShouldBe((7, 7));
        (await _bed.ItemsAsync(id, "&kind=assignment")).Count.ShouldBe(1);
        (await _bed.ItemsAsync(id, "&accountId=" + owner.AccountId)).Count.ShouldBe(1);
        await _bed.DecideAsync(id, "key_data", "confirm");
        (await _bed.ItemsAsync(id, "&decision=confirmed")).Count.ShouldBe(1);
        (await _bed.ItemsAsync(id, "&decision=open")).Count.ShouldBe(6);
        (await _bed.Server.SendAsync("GET", "/api/v1/access-reviews?status=open")).Json.GetProperty("data").GetArrayLength().ShouldBe(1);
        (await _bed.Server.SendAsync("GET", "/api/v1/access-reviews?status=finished")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        (await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/items?finding=nothing")).Fields.ShouldBe(["finding"]);
    }

    [Fact]
    public async Task Another_organisations_review_is_as_good_as_none()
    {
        var id = await _bed.StartAsync();
        var item = (await _bed.ItemsAsync(id))[0].GetProperty("id").GetString();
        var theirs = await _bed.AddKeyAsync(B);
        var their = await _bed.StartAsync(token: _bed.Server.OtherToken);
        (await _bed.ItemsAsync(their, token: _bed.Server.OtherToken)).Select(i => i.GetProperty("subjectId").GetString()).ShouldBe([theirs]);
        foreach (var (method, path) in new[] { ("GET", ""), ("GET", "/items"), ("GET", "/evidence"), ("POST", $"/items/{item}/revoke"), ("POST", $"/items/{item}/confirm"), ("POST", $"/items/{item}/narrow") })
            (await _bed.Server.SendAsync(method, $"/api/v1/access-reviews/{id}{path}", token: _bed.Server.OtherToken)).Status.ShouldBe(HttpStatusCode.NotFound, path);
        // An item of one review under the id of another is none either.
        (await _bed.Server.SendAsync("POST", $"/api/v1/access-reviews/{their}/items/{item}/revoke", token: _bed.Server.OtherToken)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await DecideAllAsync(their, _bed.Server.OtherToken, (item!, "revoke"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await _bed.Server.SendAsync("GET", "/api/v1/access-reviews", token: _bed.Server.OtherToken)).Json.GetProperty("data").GetArrayLength().ShouldBe(1);
        (await _bed.KeyAsync("key_data")).RevokedAtMs.ShouldBeNull();
    }

    private async Task FinishAsync(string id)
    {
        var open = (await _bed.ItemsAsync(id, "&decision=open")).Select(i => (i.GetProperty("id").GetString()!, "confirm")).ToArray();
        (await DecideAllAsync(id, open)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private Task<Reply> DecideAllAsync(string id, params (string ItemId, string Decision)[] decisions) => DecideAllAsync(id, _bed.Server.OwnToken, decisions);

    private Task<Reply> DecideAllAsync(string id, string token, params (string ItemId, string Decision)[] decisions) =>
        _bed.Server.SendAsync("POST", $"/api/v1/access-reviews/{id}/decide", JsonSerializer.Serialize(new { decisions = decisions.Select(d => new { itemId = d.ItemId, decision = d.Decision }) }), token);
}
