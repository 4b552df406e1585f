using Microsoft.EntityFrameworkCore;
using Sluice.Server.Tests.Documents;

namespace Sluice.Server.Tests.Management.Enterprise;

/// <summary>A company is verified by the operator's reviewers, and by nobody of its own.</summary>
public class EnterpriseTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task A_company_is_verified_and_its_tier_raised()
    {
        var (organisation, owner) = await OrganisationAsync();
        var reviewer = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_operator");
        var application = await server.ApplyForEnterpriseAsync(owner.Token);
        (await server.ToldAsync(reviewer.AccountId, application)).ShouldBe("verification_applied");
        var own = (await server.SendAsync("GET", $"/api/v1/enterprise-applications/{application}", token: owner.Token)).Json;
        own.GetProperty("contactPhone").GetString().ShouldBe("+8613800138000");
        own.GetProperty("licence").GetProperty("fileName").GetString().ShouldBe("licence.pdf");

        Ids(await server.SendAsync("GET", $"/api/v1/reviews/enterprise?organisationId={organisation}", token: reviewer.Token)).ShouldBe([application]);
        var review = (await server.SendAsync("GET", $"/api/v1/reviews/enterprise/{application}", token: reviewer.Token)).Json;
        review.GetProperty("organisationTier").GetString().ShouldBe("personal");
        var licence = await server.SendAsync("GET", review.GetProperty("application").GetProperty("licence").GetProperty("path").GetString()!, token: reviewer.Token);
        licence.Bytes.ShouldBe(DocumentSamples.Pdf());

        var approved = await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{application}/approve", """{"validUntil":"2031-01-31T00:00:00Z"}""", reviewer.Token);
        ((int)approved.Status).ShouldBe(200, approved.Text);
        approved.Json.GetProperty("application").GetProperty("status").GetString().ShouldBe("approved");
        var row = await server.QueryAsync(db => db.Organisations.SingleAsync(o => o.Id == organisation));
        (row.Tier, row.BaseTier, row.VerifiedUntilMs).ShouldBe(("enterprise", "personal", new DateTimeOffset(2031, 1, 31, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()));
        server.Changes.Seen.ShouldContain(organisation);
        (await server.ToldAsync(owner.AccountId, application)).ShouldBe("verification_approved");
        (await server.QueryAsync(db => db.Outbox.CountAsync(m => m.AccountId == owner.AccountId && m.Kind == "verification_decided"))).ShouldBe(1);
        Ids(await server.SendAsync("GET", $"/api/v1/reviews/enterprise?organisationId={organisation}", token: reviewer.Token)).ShouldBeEmpty();
        Ids(await server.SendAsync("GET", $"/api/v1/reviews/enterprise?organisationId={organisation}&status=approved", token: reviewer.Token)).ShouldBe([application]);

        var entries = await server.AuditedAsync(organisation, application);
        entries.Select(e => (e.Action, e.Actor)).ShouldBe([("verification.apply", owner.AccountId), ("verification.approve", reviewer.AccountId)]);
        (await server.AuditedAsync(ManagementServer.OrganisationA, application)).Single().Action.ShouldBe("verification.approve");
        foreach (var personal in new[] { "Li Lei", "li.lei", "13800138000", "91350100M000100Y43" })
            entries.ShouldAllBe(e => !e.Detail.Contains(personal));
    }

    [Fact]
    public async Task A_rejected_application_is_taken_up_again_with_what_changed()
    {
        var (organisation, owner) = await OrganisationAsync();
        var first = await server.ApplyForEnterpriseAsync(owner.Token);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{first}/reject", "{}")).Status).ShouldBe(400);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{first}/reject", """{"reason":"The licence cannot be read.\nSend a sharper one."}""")).Status).ShouldBe(200);
        (await server.SendAsync("GET", $"/api/v1/enterprise-applications/{first}", token: owner.Token)).Json.GetProperty("reason").GetString()!.ShouldContain("sharper");
        (await server.ToldAsync(owner.AccountId, first)).ShouldBe("verification_rejected");
        (await server.AuditedAsync(organisation, first)).ShouldAllBe(e => !e.Detail.Contains("sharper"));

        var jpeg = DocumentSamples.Jpeg();
        var reply = await server.SendAsync("POST", "/api/v1/enterprise-applications",
            new Dictionary<string, object?>().With(("previousId", first), ("contactName", "Han Meimei"), ("licence", Applications.File("sharp.jpg", "image/jpeg", jpeg))), owner.Token);
        ((int)reply.Status).ShouldBe(201, reply.Text);
        reply.Json.GetProperty("previousId").GetString().ShouldBe(first);
        reply.Json.GetProperty("contactName").GetString().ShouldBe("Han Meimei");
        reply.Json.GetProperty("companyName").GetString().ShouldBe("示例科技有限公司");
        (await server.SendAsync("GET", reply.Json.GetProperty("licence").GetProperty("path").GetString()!, token: owner.Token)).Bytes.ShouldBe(jpeg);
        await server.SendAsync("POST", $"/api/v1/enterprise-applications/{reply.Id}/withdraw", token: owner.Token);

        // The licence too, where no other is sent.
        var again = await server.SendAsync("POST", "/api/v1/enterprise-applications", new Dictionary<string, object?>().With(("previousId", reply.Id)), owner.Token);
        again.Json.GetProperty("licence").GetProperty("fileName").GetString().ShouldBe("sharp.jpg");
        var (_, stranger) = await OrganisationAsync();
        (await server.SendAsync("POST", "/api/v1/enterprise-applications", new Dictionary<string, object?>().With(("previousId", first)), stranger.Token)).Fields.ShouldContain("previousId");
    }

    [Fact]
    public async Task There_is_one_open_application_and_it_can_be_withdrawn()
    {
        var (organisation, owner) = await OrganisationAsync();
        var first = await server.ApplyForEnterpriseAsync(owner.Token);
        ((int)(await server.SendAsync("POST", "/api/v1/enterprise-applications", Applications.EnterpriseBody().With(), owner.Token)).Status).ShouldBe(409);
        (await server.SendAsync("POST", $"/api/v1/enterprise-applications/{first}/withdraw", token: owner.Token)).Json.GetProperty("status").GetString().ShouldBe("withdrawn");
        ((int)(await server.SendAsync("POST", $"/api/v1/enterprise-applications/{first}/withdraw", token: owner.Token)).Status).ShouldBe(200);
        foreach (var verdict in new[] { ("approve", "{}"), ("reject", """{"reason":"no"}""") })
            ((int)(await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{first}/{verdict.Item1}", verdict.Item2)).Status).ShouldBe(409);
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        var second = await server.ApplyForEnterpriseAsync(owner.Token);
        await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{second}/approve");
        ((int)(await server.SendAsync("POST", $"/api/v1/enterprise-applications/{second}/withdraw", token: owner.Token)).Status).ShouldBe(409);
        Ids(await server.SendAsync("GET", "/api/v1/enterprise-applications", token: owner.Token)).ShouldBe([second, first]);
        (await server.AuditedAsync(organisation, first)).Select(e => e.Action).ShouldBe(["verification.apply", "verification.withdraw"]);
    }

    [Fact]
    public async Task A_later_approval_replaces_the_one_before()
    {
        var (organisation, owner) = await OrganisationAsync();
        var first = await server.ApplyForEnterpriseAsync(owner.Token);
        await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{first}/approve", """{"validUntil":"2030-06-01T00:00:00Z"}""");
        var second = await server.ApplyForEnterpriseAsync(owner.Token, ("previousId", first));
        await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{second}/approve", """{"validUntil":"2031-06-01T00:00:00Z"}""");
        (await server.SendAsync("GET", $"/api/v1/enterprise-applications/{first}", token: owner.Token)).Json.GetProperty("status").GetString().ShouldBe("replaced");
        (await server.QueryAsync(db => db.Organisations.Where(o => o.Id == organisation).Select(o => o.VerifiedUntilMs).SingleAsync())).ShouldBe(new DateTimeOffset(2031, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Nobody_vouches_for_a_company_that_they_belong_to_but_for_the_operators_own()
    {
        var (organisation, owner) = await OrganisationAsync();
        var reviewer = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_operator");
        await server.QueryAsync(async db =>
        {
            db.Members.Add(new Sluice.Server.Storage.MemberRow { OrganisationId = organisation, AccountId = reviewer.AccountId, JoinedAtMs = 1 });
            return await db.SaveChangesAsync();
        });
        var application = await server.ApplyForEnterpriseAsync(owner.Token);
        var personal = await server.AddTokenAsync(ManagementServer.OrganisationA, reviewer.AccountId, "installation.verifications");
        foreach (var token in new[] { reviewer.Token, personal })
        {
            foreach (var (verdict, body) in new[] { ("approve", "{}"), ("reject", """{"reason":"no"}""") })
            {
                var reply = await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{application}/{verdict}", body, token, headers: ("sluice-organisation", ManagementServer.OrganisationA));
                ((int)reply.Status).ShouldBe(403, reply.Text);
                reply.Text.ShouldContain("member");
            }
        }

        var ofOperator = await server.ApplyForEnterpriseAsync(server.OwnToken);
        ((int)(await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{ofOperator}/approve", token: reviewer.Token, headers: ("sluice-organisation", ManagementServer.OrganisationA))).Status).ShouldBe(200);
    }

    [Theory]
    [InlineData("""{"validUntil":"2030-01-31T12:00:00Z"}""", "validUntil")]
    [InlineData("""{"validUntil":"2033-01-31T12:00:01Z"}""", "validUntil")]
    [InlineData("""{"validUntil":"2031-01-31"}""", "validUntil")]
    [InlineData("""{"tier":"platinum"}""", "tier")]
    [InlineData("""{"status":"approved"}""", "status")]
    public async Task An_approval_that_does_not_fit_is_refused_by_name(string body, string field)
    {
        var (_, owner) = await OrganisationAsync();
        var application = await server.ApplyForEnterpriseAsync(owner.Token);
        var reply = await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{application}/approve", body);
        ((int)reply.Status).ShouldBe(400, reply.Text);
        reply.Fields.ShouldBe([field]);
    }

    [Theory]
    [InlineData("companyName", null, "companyName")]
    [InlineData("companyName", "x", "companyName")]
    [InlineData("companyName", "a\nb", "companyName")]
    [InlineData("registrationScheme", "duns", "registrationScheme")]
    [InlineData("registrationNumber", "91350100M000100Y44", "registrationNumber")]
    [InlineData("registrationNumber", "HRB 1234", "registrationNumber")]
    [InlineData("contactName", "", "contactName")]
    [InlineData("contactEmail", "li.lei", "contactEmail")]
    [InlineData("contactEmail", "li.lei@host", "contactEmail")]
    [InlineData("contactEmail", "Li <li@company.example>", "contactEmail")]
    [InlineData("contactEmail", "a@b.example,c@d.example", "contactEmail")]
    [InlineData("contactEmail", "ſ@company.example", "contactEmail")]
    [InlineData("contactPhone", "13800138000", "contactPhone")]
    [InlineData("contactPhone", "+0123456789", "contactPhone")]
    [InlineData("contactPhone", "+86 138 x", "contactPhone")]
    [InlineData("licence", null, "licence")]
    [InlineData("licence", "JVBERi0=", "licence")]
    [InlineData("tier", "enterprise", "tier")]
    [InlineData("previousId", "ent_none", "previousId")]
    public async Task A_wrong_member_is_refused_by_name(string member, object? value, string field)
    {
        var (organisation, owner) = await OrganisationAsync();
        var reply = await server.SendAsync("POST", "/api/v1/enterprise-applications", Applications.EnterpriseBody().With((member, value)), owner.Token);
        ((int)reply.Status).ShouldBe(400, reply.Text);
        reply.Fields.ShouldContain(field);
        (await server.QueryAsync(db => db.Documents.CountAsync(d => d.OrganisationId == organisation))).ShouldBe(0);
    }

    [Theory]
    [InlineData("uscc", "91350100m000100y43", "91350100M000100Y43")]
    [InlineData("other", "hrb 1234/a", "HRB 1234/A")]
    public async Task Numbers_are_kept_in_capitals(string scheme, string number, string kept)
    {
        var (_, owner) = await OrganisationAsync();
        var application = await server.ApplyForEnterpriseAsync(owner.Token, ("registrationScheme", scheme), ("registrationNumber", number));
        (await server.SendAsync("GET", $"/api/v1/enterprise-applications/{application}", token: owner.Token)).Json.GetProperty("registrationNumber").GetString().ShouldBe(kept);
    }

    [Fact]
    public async Task A_licence_that_is_not_what_it_says_is_refused_by_name()
    {
        var (_, owner) = await OrganisationAsync();
        foreach (var (file, field) in new[]
        {
            (Applications.File("licence.pdf", "application/pdf", DocumentSamples.Png()), "licence.mediaType"),
            (Applications.File("licence.png", "application/pdf", DocumentSamples.Pdf()), "licence.fileName"),
            (Applications.File("licence.pdf", "application/pdf", DocumentSamples.Pdf(DocumentSamples.Text("<</S/JavaScript>>"))), "licence.data"),
            (Applications.File("licence.pdf", "application/zip", DocumentSamples.Pdf()), "licence.mediaType"),
            (Applications.File("licence.pdf", "application/pdf", new byte[(10 * 1024 * 1024) + 1]), "licence.data"),
            (new Dictionary<string, object?> { ["fileName"] = "licence.pdf", ["mediaType"] = "application/pdf", ["data"] = "not base64!" }, "licence.data"),
            (new Dictionary<string, object?> { ["fileName"] = "licence.pdf", ["mediaType"] = "application/pdf" }, "licence.data"),
            (new Dictionary<string, object?> { ["fileName"] = "licence.pdf", ["mediaType"] = "application/pdf", ["data"] = "", ["url"] = "http://x" }, "licence.url"),
        })
        {
            var reply = await server.SendAsync("POST", "/api/v1/enterprise-applications", Applications.EnterpriseBody().With(("licence", file)), owner.Token);
            ((int)reply.Status).ShouldBe(400, reply.Text);
            reply.Fields.ShouldContain(field);
        }
    }

    [Fact]
    public async Task A_body_beyond_what_the_largest_file_needs_is_refused()
    {
        var (_, owner) = await OrganisationAsync();
        var reply = await server.SendAsync("POST", "/api/v1/enterprise-applications", Applications.EnterpriseBody().With(("companyName", new string('x', 16 * 1024 * 1024))), owner.Token);
        ((int)reply.Status).ShouldBe(413);
        // Operations that take no file still read no more than before.
        ((int)(await server.SendAsync("POST", "/api/v1/tickets", $$"""{"subject":"s","text":"{{new string('x', 1024 * 1024)}}"}""", owner.Token)).Status).ShouldBe(413);
    }

    [Fact]
    public async Task A_company_with_a_number_that_another_was_verified_with_is_pointed_out()
    {
        var ((one, first), (_, second)) = (await OrganisationAsync(), await OrganisationAsync());
        await server.SendAsync("POST", $"/api/v1/reviews/enterprise/{await server.ApplyForEnterpriseAsync(first.Token, ("registrationScheme", "other"), ("registrationNumber", "TWICE 1"))}/approve");
        var application = await server.ApplyForEnterpriseAsync(second.Token, ("registrationScheme", "other"), ("registrationNumber", "twice 1"));
        (await server.SendAsync("GET", $"/api/v1/reviews/enterprise/{application}")).Json.GetProperty("sameNumberAs").EnumerateArray().Select(o => o.GetString()).ShouldBe([one]);
    }

    private async Task<(string Id, Person Owner)> OrganisationAsync() => await server.AddOrganisationAsync();

    private static IEnumerable<string> Ids(Reply reply) => reply.Json.GetProperty("data").EnumerateArray().Select(a => a.GetProperty("id").GetString()!);
}
