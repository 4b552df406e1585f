using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Limits;
using Sluice.Server.Secrets;
using Sluice.Server.Storage.Directories;
using Sluice.Server.Tests.Documents;

namespace Sluice.Server.Tests.Management.Quota;

/// <summary>More of a limit is applied for, decided by somebody else, in force at once, and over in time.</summary>
public class QuotaTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string B = ManagementServer.OrganisationB;

    [Fact]
    public async Task A_temporary_increase_is_in_force_when_the_approval_returns()
    {
        var (developer, admin) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_admin"));
        var key = await server.KeyOfAsync(developer);
        var application = await server.ApplyForQuotaAsync(key, developer.Token);
        (await server.ToldAsync(admin.AccountId, application)).ShouldBe("quota_applied");
        (await server.ToldAsync(developer.AccountId, application)).ShouldBe("");

        var approved = await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", """{"value":1200,"reason":"Enough for the test."}""", admin.Token);
        ((int)approved.Status).ShouldBe(200, approved.Text);
        approved.Json.GetProperty("status").GetString().ShouldBe("approved");
        approved.Json.GetProperty("grantedValue").GetInt64().ShouldBe(1200);
        server.Changes.Seen.ShouldContain(key);
        var boost = (await DirectoryKeyAsync(key)).Boosts.ShouldHaveSingleItem();
        (boost.Limit, boost.Value, boost.From, boost.Until).ShouldBe((LimitKind.CallsPerDay, 1200, server.Time.GetUtcNow(), new DateTimeOffset(2030, 2, 10, 0, 0, 0, TimeSpan.Zero)));
        (await DirectoryKeyAsync(key)).Limits.CallsPerDay.ShouldBe(500);
        (await server.ToldAsync(developer.AccountId, application)).ShouldBe("quota_approved");
        (await server.ToldAsync(admin.AccountId, application)).ShouldBe("quota_applied");
        (await server.QueryAsync(db => db.Outbox.CountAsync(m => m.AccountId == developer.AccountId && m.Kind == "quota_decided"))).ShouldBe(1);
        (await server.AuditedAsync(B, application)).Select(a => (a.Action, a.Actor)).ShouldBe([("quota.apply", developer.AccountId), ("quota.approve", admin.AccountId)]);
        (await server.AuditedAsync(B, application)).ShouldAllBe(a => !a.Detail.Contains("staging") && !a.Detail.Contains("Enough"));
    }

    [Fact]
    public async Task A_lasting_increase_raises_the_keys_own_limit()
    {
        var (developer, admin) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_admin"));
        var key = await server.KeyOfAsync(developer);
        foreach (var (limit, value) in new[] { ("callsPerDay", 1500L), ("requestsPerMinute", 60L), ("tokensPerMinute", 200_000L), ("concurrency", 10L) })
        {
            await server.QueryAsync(db => db.Keys.Where(k => k.Id == key).ExecuteUpdateAsync(set => set.SetProperty(k => k.RequestsPerMinute, 5).SetProperty(k => k.TokensPerMinute, 5).SetProperty(k => k.Concurrency, 5)));
            var application = await server.ApplyForQuotaAsync(key, developer.Token, ("limit", limit), ("requestedValue", value), ("temporary", false), ("until", Applications.Absent));
            ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: admin.Token)).Status).ShouldBe(200);
            var limits = (await DirectoryKeyAsync(key)).Limits;
            (limit switch { "callsPerDay" => limits.CallsPerDay, "requestsPerMinute" => limits.RequestsPerMinute, "tokensPerMinute" => limits.TokensPerMinute, _ => limits.Concurrency }).ShouldBe(value, limit);
        }

        (await server.QueryAsync(db => db.QuotaGrants.CountAsync(g => g.KeyId == key))).ShouldBe(0);
    }

    [Fact]
    public async Task An_AI_application_engineer_applies_for_a_while_only_and_sees_their_own_alone()
    {
        var (engineer, other, auditor) = (await server.AddPersonAsync(B, "role_ai_engineer"), await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_auditor"));
        var (own, foreign) = (await server.KeyOfAsync(engineer), await server.KeyOfAsync(other));
        var lasting = await server.SendAsync("POST", "/api/v1/quota-applications", Applications.QuotaBody(own).With(("temporary", false), ("until", Applications.Absent)), engineer.Token);
        ((int)lasting.Status).ShouldBe(403);
        lasting.Text.ShouldContain("keys.write");
        var application = await server.ApplyForQuotaAsync(own, engineer.Token);
        var hidden = await server.ApplyForQuotaAsync(foreign, other.Token);

        // A key that they do not see is as good as none.
        var blind = await server.SendAsync("POST", "/api/v1/quota-applications", Applications.QuotaBody(foreign).With(), engineer.Token);
        var none = await server.SendAsync("POST", "/api/v1/quota-applications", Applications.QuotaBody("key_none").With(), engineer.Token);
        ((int)blind.Status).ShouldBe(400);
        blind.Fields.ShouldBe(["keyId"]);
        blind.WithoutRequestId.ShouldBe(none.WithoutRequestId);

        Ids(await server.SendAsync("GET", "/api/v1/quota-applications", token: engineer.Token)).ShouldBe([application]);
        ((int)(await server.SendAsync("GET", $"/api/v1/quota-applications/{application}", token: engineer.Token)).Status).ShouldBe(200);
        ((int)(await server.SendAsync("GET", $"/api/v1/quota-applications/{hidden}", token: engineer.Token)).Status).ShouldBe(404);
        Ids(await server.SendAsync("GET", $"/api/v1/quota-applications?keyId={own}", token: auditor.Token)).ShouldBe([application]);
        Ids(await server.SendAsync("GET", $"/api/v1/quota-applications?keyId={foreign}&status=open", token: auditor.Token)).ShouldBe([hidden]);
        ((int)(await server.SendAsync("GET", "/api/v1/reviews/quota", token: engineer.Token)).Status).ShouldBe(403);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: auditor.Token)).Status).ShouldBe(403);
        var billing = await server.AddPersonAsync(B, "role_billing");
        foreach (var path in new[] { "/api/v1/quota-applications", "/api/v1/quota-grants", $"/api/v1/quota-applications/{application}" })
            ((int)(await server.SendAsync("GET", path, token: billing.Token)).Status).ShouldBe(403, path);
    }

    [Theory]
    [InlineData("limit", "callsPerMonth", "limit", 400)]
    [InlineData("limit", null, "limit", 400)]
    [InlineData("requestedValue", 500, "requestedValue", 400)]
    [InlineData("requestedValue", 499, "requestedValue", 400)]
    [InlineData("requestedValue", 0, "requestedValue", 400)]
    [InlineData("requestedValue", "many", "requestedValue", 400)]
    [InlineData("requestedValue", null, "requestedValue", 400)]
    [InlineData("temporary", null, "temporary", 400)]
    [InlineData("temporary", false, "until", 400)]
    [InlineData("until", null, "until", 400)]
    [InlineData("until", "2030-01-31T12:00:00Z", "until", 400)]
    [InlineData("until", "2031-02-01T12:00:01Z", "until", 400)]
    [InlineData("until", "2030-02-10", "until", 400)]
    [InlineData("from", "2030-01-31T11:59:59Z", "from", 400)]
    [InlineData("from", "2031-03-01T00:00:00Z", "from", 400)]
    [InlineData("from", "2030-02-10T00:00:00Z", "until", 400)]
    [InlineData("scenario", "Because we need it.", "scenario", 400)]
    [InlineData("scenario", "                                  x                                   ", "scenario", 400)]
    [InlineData("scenario", null, "scenario", 400)]
    [InlineData("expectedVolume", "", "expectedVolume", 400)]
    [InlineData("expectedVolume", "two\nlines", "expectedVolume", 400)]
    [InlineData("attachment", "x", "attachment", 400)]
    [InlineData("applicantId", "acc_x", "applicantId", 400)]
    public async Task A_wrong_member_is_refused_by_name(string member, object? value, string field, int status)
    {
        var developer = await server.AddPersonAsync(B, "role_developer");
        var key = await server.KeyOfAsync(developer);
        var reply = await server.SendAsync("POST", "/api/v1/quota-applications", Applications.QuotaBody(key).With((member, value)), developer.Token);
        ((int)reply.Status).ShouldBe(status, reply.Text);
        reply.Fields.ShouldContain(field);
        (await server.QueryAsync(db => db.QuotaApplications.CountAsync(a => a.KeyId == key))).ShouldBe(0);
    }

    [Fact]
    public async Task The_bounds_themselves_are_taken()
    {
        var developer = await server.AddPersonAsync(B, "role_developer");
        await server.ApplyForQuotaAsync(await server.KeyOfAsync(developer), developer.Token, ("requestedValue", 501), ("until", "2031-02-01T12:00:00Z"), ("from", "2030-01-31T12:00:00Z"), ("scenario", "a test of\nthe limits"));
        await server.ApplyForQuotaAsync(await server.KeyOfAsync(developer), developer.Token, ("from", "2031-02-01T12:00:00Z"), ("until", "2032-02-02T12:00:00Z"), ("scenario", new string('s', 4000)));
        ((int)(await server.SendAsync("POST", "/api/v1/quota-applications", Applications.QuotaBody(await server.KeyOfAsync(developer)).With(("scenario", new string('s', 4001))), developer.Token)).Status).ShouldBe(400);
    }

    [Fact]
    public async Task A_revoked_key_and_a_limit_that_the_key_does_not_have_are_refused()
    {
        var developer = await server.AddPersonAsync(B, "role_developer");
        var key = await server.KeyOfAsync(developer);
        await server.QueryAsync(db => db.Keys.Where(k => k.Id == key).ExecuteUpdateAsync(set => set.SetProperty(k => k.TokensPerMinute, (long?)null)));
        (await server.SendAsync("POST", "/api/v1/quota-applications", Applications.QuotaBody(key).With(("limit", "tokensPerMinute")), developer.Token)).Fields.ShouldBe(["limit"]);
        await server.SendAsync("POST", $"/api/v1/keys/{key}/revoke", token: server.OtherToken);
        ((int)(await server.SendAsync("POST", "/api/v1/quota-applications", Applications.QuotaBody(key).With(), developer.Token)).Status).ShouldBe(409);
    }

    [Fact]
    public async Task There_is_one_open_application_for_each_limit_of_a_key()
    {
        var (developer, admin) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_admin"));
        var key = await server.KeyOfAsync(developer);
        var first = await server.ApplyForQuotaAsync(key, developer.Token);
        ((int)(await server.SendAsync("POST", "/api/v1/quota-applications", Applications.QuotaBody(key).With(("requestedValue", 900)), admin.Token)).Status).ShouldBe(409);
        await server.ApplyForQuotaAsync(key, developer.Token, ("limit", "requestsPerMinute"), ("requestedValue", 100));

        ((int)(await server.SendAsync("POST", $"/api/v1/quota-applications/{first}/withdraw", token: admin.Token)).Status).ShouldBe(403);
        (await server.SendAsync("POST", $"/api/v1/quota-applications/{first}/withdraw", token: developer.Token)).Json.GetProperty("status").GetString().ShouldBe("withdrawn");
        ((int)(await server.SendAsync("POST", $"/api/v1/quota-applications/{first}/withdraw", token: developer.Token)).Status).ShouldBe(200);
        (await server.AuditedAsync(B, first)).Select(a => a.Action).ShouldBe(["quota.apply", "quota.withdraw"]);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{first}/approve", token: admin.Token)).Status).ShouldBe(409);
        await server.ApplyForQuotaAsync(key, developer.Token);
    }

    [Fact]
    public async Task Nobody_decides_their_own_by_whatever_token()
    {
        var admin = await server.AddPersonAsync(B, "role_admin");
        var key = await server.KeyOfAsync(admin);
        var personal = await server.AddTokenAsync(B, admin.AccountId, "quota.*", "keys.*");
        var service = await server.AddTokenAsync(B, null, "quota.*", "keys.*");
        await server.QueryAsync(db => db.ManagementTokens.Where(t => t.OrganisationId == B && t.AccountId == null && t.Scopes != null).ExecuteUpdateAsync(set => set.SetProperty(t => t.CreatedBy, admin.AccountId)));
        foreach (var applicant in new[] { admin.Token, personal, service })
        {
            var application = await server.ApplyForQuotaAsync(key, applicant);
            foreach (var decider in new[] { admin.Token, personal, service })
            {
                foreach (var (verdict, body) in new[] { ("approve", "{}"), ("reject", """{"reason":"no"}""") })
                {
                    var reply = await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/{verdict}", body, decider);
                    ((int)reply.Status).ShouldBe(403, reply.Text);
                    reply.Text.ShouldContain("own application");
                }
            }

            ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/reject", """{"reason":"no"}""", server.OtherToken)).Status).ShouldBe(200);
        }

        (await server.QueryAsync(db => db.QuotaGrants.CountAsync(g => g.KeyId == key))).ShouldBe(0);
    }

    [Fact]
    public async Task The_organisation_approves_up_to_its_tier_and_the_operator_beyond()
    {
        var (developer, admin) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_admin"));
        var reviewer = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_operator");
        var key = await server.KeyOfAsync(developer);
        var application = await server.ApplyForQuotaAsync(key, developer.Token, ("requestedValue", 2001), ("temporary", false), ("until", Applications.Absent));
        (await server.ToldAsync(reviewer.AccountId, application)).ShouldBe("quota_applied");

        var above = await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: admin.Token);
        ((int)above.Status).ShouldBe(403);
        above.Code.ShouldBe("above_tier");
        above.Text.ShouldContain("reviewers can approve more");
        Ids(await server.SendAsync("GET", $"/api/v1/reviews/quota?organisationId={B}&limit=100", token: reviewer.Token)).ShouldContain(application);
        ((int)(await server.SendAsync("GET", $"/api/v1/reviews/quota/{application}", token: reviewer.Token)).Status).ShouldBe(200);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: reviewer.Token)).Status).ShouldBe(200);
        (await DirectoryKeyAsync(key)).Limits.CallsPerDay.ShouldBe(2001);
        (await server.AuditedAsync(B, application)).Last().Action.ShouldBe("quota.approve");
        (await server.AuditedAsync(ManagementServer.OrganisationA, application)).Single().ShouldSatisfyAllConditions(a => a.Action.ShouldBe("quota.approve"), a => a.Detail.ShouldContain(B));

        // What the operator gave stays when the owner changes something else, and the owner cannot go further.
        ((int)(await server.SendAsync("PATCH", $"/api/v1/keys/{key}", """{"name":"renamed"}""", server.OtherToken)).Status).ShouldBe(200);
        (await server.SendAsync("PATCH", $"/api/v1/keys/{key}", """{"limits":{"callsPerDay":2002}}""", server.OtherToken)).Code.ShouldBe("above_tier");
    }

    [Theory]
    [InlineData("""{"value":1501}""", "value")]
    [InlineData("""{"value":0}""", "value")]
    [InlineData("""{"until":"2030-01-31T12:00:00Z"}""", "until")]
    [InlineData("""{"until":"2031-02-01T12:00:01Z"}""", "until")]
    [InlineData("""{"limit":"concurrency"}""", "limit")]
    public async Task A_decision_that_does_not_fit_is_refused_by_name(string body, string field)
    {
        var developer = await server.AddPersonAsync(B, "role_developer");
        var application = await server.ApplyForQuotaAsync(await server.KeyOfAsync(developer), developer.Token);
        var reply = await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", body, server.OtherToken);
        ((int)reply.Status).ShouldBe(400, reply.Text);
        reply.Fields.ShouldBe([field]);
        (await server.SendAsync("GET", $"/api/v1/quota-applications/{application}", token: developer.Token)).Json.GetProperty("status").GetString().ShouldBe("open");
    }

    [Fact]
    public async Task A_decision_is_taken_once_and_a_changed_key_is_looked_at_again()
    {
        var developer = await server.AddPersonAsync(B, "role_developer");
        var key = await server.KeyOfAsync(developer);
        var application = await server.ApplyForQuotaAsync(key, developer.Token);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", """{"value":500}""", server.OtherToken)).Status).ShouldBe(409);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/reject", "{}", server.OtherToken)).Status).ShouldBe(400);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/reject", """{"reason":"Not now."}""", server.OtherToken)).Status).ShouldBe(200);
        (await server.ToldAsync(developer.AccountId, application)).ShouldBe("quota_rejected");
        foreach (var verdict in new[] { "approve", "reject" })
            ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/{verdict}", """{"reason":"again"}""", server.OtherToken)).Status).ShouldBe(409);

        var late = await server.ApplyForQuotaAsync(key, developer.Token);
        await server.SendAsync("POST", $"/api/v1/keys/{key}/revoke", token: server.OtherToken);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{late}/approve", token: server.OtherToken)).Status).ShouldBe(409);
        (await server.QueryAsync(db => db.QuotaGrants.CountAsync(g => g.KeyId == key))).ShouldBe(0);
    }

    [Fact]
    public async Task An_approver_of_one_project_does_not_see_another()
    {
        var project = (await server.SendAsync("POST", "/api/v1/projects", """{"name":"second"}""", server.OtherToken)).Id;
        var (developer, approver) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_admin", project));
        var inside = await server.ApplyForQuotaAsync(await server.KeyOfAsync(developer, project), developer.Token);
        var outside = await server.ApplyForQuotaAsync(await server.KeyOfAsync(developer), developer.Token);
        (await server.ToldAsync(approver.AccountId, inside)).ShouldBe("quota_applied");
        (await server.ToldAsync(approver.AccountId, outside)).ShouldBe("");
        Ids(await server.SendAsync("GET", "/api/v1/reviews/quota", token: approver.Token)).ShouldBe([inside]);
        foreach (var path in new[] { $"/api/v1/reviews/quota/{outside}", $"/api/v1/quota-applications/{outside}" })
            ((int)(await server.SendAsync("GET", path, token: approver.Token)).Status).ShouldBe(404, path);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{outside}/approve", token: approver.Token)).Status).ShouldBe(404);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{inside}/approve", token: approver.Token)).Status).ShouldBe(200);
        var grants = (await server.SendAsync("GET", "/api/v1/quota-grants", token: approver.Token)).Json.GetProperty("data");
        grants.EnumerateArray().Select(g => g.GetProperty("applicationId").GetString()).ShouldBe([inside]);
    }

    [Fact]
    public async Task Comments_reach_the_other_side()
    {
        var (developer, admin, billing) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_admin"), await server.AddPersonAsync(B, "role_billing"));
        var application = await server.ApplyForQuotaAsync(await server.KeyOfAsync(developer), developer.Token);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/comments", """{"text":"Which system?\nAnd when?"}""", admin.Token)).Status).ShouldBe(201);
        ((int)(await server.SendAsync("POST", $"/api/v1/quota-applications/{application}/comments", """{"text":"Staging, at night."}""", developer.Token)).Status).ShouldBe(201);
        ((int)(await server.SendAsync("POST", $"/api/v1/quota-applications/{application}/comments", """{"text":"x"}""", billing.Token)).Status).ShouldBe(403);
        (await server.ToldAsync(developer.AccountId, application)).ShouldBe("quota_commented");
        (await server.ToldAsync(admin.AccountId, application)).ShouldBe("quota_applied quota_commented");
        var comments = (await server.SendAsync("GET", $"/api/v1/quota-applications/{application}", token: developer.Token)).Json.GetProperty("comments").EnumerateArray().ToList();
        comments.Select(c => (c.GetProperty("authorId").GetString(), c.GetProperty("text").GetString())).ShouldBe([(admin.AccountId, "Which system?\nAnd when?"), (developer.AccountId, "Staging, at night.")], ignoreOrder: true);
        (await server.AuditedAsync(B, application)).ShouldAllBe(a => !a.Detail.Contains("Staging"));
    }

    [Fact]
    public async Task A_running_grant_is_ended_at_once()
    {
        var (developer, admin) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_admin"));
        var key = await server.KeyOfAsync(developer);
        var application = await server.ApplyForQuotaAsync(key, developer.Token);
        await server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: admin.Token);
        var grant = (await server.SendAsync("GET", $"/api/v1/quota-grants?keyId={key}&status=running", token: developer.Token)).Json.GetProperty("data")[0].GetProperty("id").GetString()!;
        ((int)(await server.SendAsync("POST", $"/api/v1/quota-grants/{grant}/end", token: developer.Token)).Status).ShouldBe(403);
        var told = server.Changes.Seen.Count(c => c == key);
        (await server.SendAsync("POST", $"/api/v1/quota-grants/{grant}/end", token: admin.Token)).Json.GetProperty("status").GetString().ShouldBe("ended");
        server.Changes.Seen.Count(c => c == key).ShouldBe(told + 1);
        (await DirectoryKeyAsync(key)).Boosts.ShouldBeEmpty();
        (await server.ToldAsync(developer.AccountId, grant)).ShouldBe("quota_ended");
        ((int)(await server.SendAsync("POST", $"/api/v1/quota-grants/{grant}/end", token: admin.Token)).Status).ShouldBe(200);
        (await server.AuditedAsync(B, grant)).Select(a => (a.Action, a.Actor)).ShouldBe([("quota.end", admin.AccountId)]);
    }

    [Fact]
    public async Task What_is_raised_already_must_be_exceeded()
    {
        var (developer, admin) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_admin"));
        var key = await server.KeyOfAsync(developer);
        await server.SendAsync("POST", $"/api/v1/reviews/quota/{await server.ApplyForQuotaAsync(key, developer.Token)}/approve", token: admin.Token);
        (await server.SendAsync("POST", "/api/v1/quota-applications", Applications.QuotaBody(key).With(("requestedValue", 1500)), developer.Token)).Fields.ShouldBe(["requestedValue"]);
        await server.ApplyForQuotaAsync(key, developer.Token, ("requestedValue", 1501));
    }

    [Fact]
    public async Task An_attached_document_is_for_those_who_see_the_application()
    {
        var (developer, admin, engineer) = (await server.AddPersonAsync(B, "role_developer"), await server.AddPersonAsync(B, "role_admin"), await server.AddPersonAsync(B, "role_ai_engineer"));
        var (reviewer, operatorsAdmin) = (await server.AddPersonAsync(ManagementServer.OrganisationA, "role_operator"), await server.AddPersonAsync(ManagementServer.OrganisationA, "role_admin"));
        var png = DocumentSamples.Png();
        var application = await server.ApplyForQuotaAsync(await server.KeyOfAsync(developer), developer.Token, ("attachment", Applications.File("plan.png", "image/png", png)));
        var path = (await server.SendAsync("GET", $"/api/v1/reviews/quota/{application}", token: admin.Token)).Json.GetProperty("attachment").GetProperty("path").GetString()!;
        foreach (var token in new[] { developer.Token, admin.Token, reviewer.Token })
        {
            var reply = await server.SendAsync("GET", path, token: token);
            reply.Bytes.ShouldBe(png);
            reply.MediaType.ShouldBe("image/png");
        }

        foreach (var token in new[] { engineer.Token, operatorsAdmin.Token })
            ((int)(await server.SendAsync("GET", path, token: token)).Status).ShouldBe(404);
    }

    [Fact]
    public async Task Two_decisions_at_once_grant_once()
    {
        var developer = await server.AddPersonAsync(B, "role_developer");
        var key = await server.KeyOfAsync(developer);
        var application = await server.ApplyForQuotaAsync(key, developer.Token);
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.SendAsync("POST", $"/api/v1/reviews/quota/{application}/approve", token: server.OtherToken)));
        replies.Select(r => (int)r.Status).Order().ShouldBe([200, 409, 409, 409, 409, 409, 409, 409]);
        (await server.QueryAsync(db => db.QuotaGrants.CountAsync(g => g.KeyId == key))).ShouldBe(1);
    }

    private async Task<Sluice.Gateway.Keys.ApiKey> DirectoryKeyAsync(string keyId) =>
        (await new KeyDirectory(server.Database, server.Services.GetRequiredService<SecretSealer>(), server.Time, NullLogger<KeyDirectory>.Instance).LoadAsync(keyId, TestContext.Current.CancellationToken))!;

    private static IEnumerable<string> Ids(Reply reply) => reply.Json.GetProperty("data").EnumerateArray().Select(a => a.GetProperty("id").GetString()!);
}
