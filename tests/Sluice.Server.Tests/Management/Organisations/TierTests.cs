using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Tiers;

namespace Sluice.Server.Tests.Management.Organisations;

public class TierTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string Body = """{"name":"Business","testCallsPerDay":500,"productionCallsPerDay":6000,"callsPerDayMax":20000,"requestsPerMinuteMax":300,"concurrencyMax":50,"support":true}""";

    [Fact]
    public async Task Everybody_sees_the_tiers_and_the_operator_changes_them()
    {
        var founded = await Founded.NewAsync(server);
        (await founded.DoAsync(200, "GET", "/tiers")).Json.GetProperty("data").EnumerateArray().Select(t => t.GetProperty("id").GetString()).ShouldBe(["personal", "business", "enterprise"]);
        ((int)(await founded.SendAsync("PUT", "/tiers/business", Body)).Status).ShouldBe(403);
        var changed = await server.SendAsync("PUT", "/api/v1/tiers/business", Body);
        ((int)changed.Status).ShouldBe(200, changed.Text);
        changed.Json.GetProperty("productionCallsPerDay").GetInt64().ShouldBe(6000);
        changed.Json.GetProperty("tokensPerMinuteMax").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        (await server.SendAsync("PUT", "/api/v1/tiers/business", Body, headers: ("If-Match", "\"1\""))).Code.ShouldBe("precondition_failed");
        ((int)(await server.SendAsync("PUT", "/api/v1/tiers/gold", Body)).Status).ShouldBe(404);
    }

    [Theory]
    [InlineData("\"support\":true", "\"x\":1", "support")]
    [InlineData("\"callsPerDayMax\":20000", "\"callsPerDayMax\":5999", "productionCallsPerDay")]
    [InlineData("\"testCallsPerDay\":500", "\"testCallsPerDay\":0", "testCallsPerDay")]
    [InlineData("\"name\":\"Business\",", "", "name")]
    public async Task A_wrong_tier_is_refused_by_name(string part, string instead, string field)
    {
        var reply = await server.SendAsync("PUT", "/api/v1/tiers/business", Body.Replace(part, instead, StringComparison.Ordinal));
        ((int)reply.Status).ShouldBe(400);
        reply.Fields.ShouldContain(field);
    }

    [Fact]
    public async Task The_operator_lists_adds_and_removes_public_mail_domains()
    {
        var added = await server.SendAsync("PUT", "/api/v1/public-mail-domains/" + Uri.EscapeDataString("Bücher.Example."));
        ((int)added.Status).ShouldBe(200, added.Text);
        added.Json.GetProperty("domain").GetString().ShouldBe("xn--bcher-kva.example");
        (await StandingAsync("a@xn--bcher-kva.example")).ShouldBe("personal");
        (await StandingAsync("a@BÜCHER.example")).ShouldBe("personal");
        (await StandingAsync("a@mail.bücher.example")).ShouldBe("personal");
        (await StandingAsync("a@notbücher.example")).ShouldBe("business");
        ((int)(await server.SendAsync("PUT", "/api/v1/public-mail-domains/xn--bcher-kva.example")).Status).ShouldBe(200);
        ((int)(await server.SendAsync("DELETE", "/api/v1/public-mail-domains/" + Uri.EscapeDataString("bücher.example"))).Status).ShouldBe(204);
        (await StandingAsync("a@bücher.example")).ShouldBe("business");
        ((int)(await server.SendAsync("DELETE", "/api/v1/public-mail-domains/bücher.example")).Status).ShouldBe(404);
        (await server.SendAsync("PUT", "/api/v1/public-mail-domains/com")).Code.ShouldBe("invalid_value");
        var listed = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await server.SendAsync("GET", "/api/v1/public-mail-domains?limit=25" + (cursor is null ? "" : "&cursor=" + cursor))).Json;
            listed.AddRange(page.GetProperty("data").EnumerateArray().Select(d => d.GetProperty("domain").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        listed.ShouldContain("gmail.com");
        listed.Distinct().Count().ShouldBe(listed.Count);
    }

    [Fact]
    public async Task A_verified_company_address_raises_the_organisations_that_the_person_owns_alone_and_never_lowers_one()
    {
        var (alone, shared) = (await Founded.NewAsync(server), await Founded.NewAsync(server));
        await server.QueryAsync(db => db.Organisations.Where(o => o.Id == alone.Id || o.Id == shared.Id).ExecuteUpdateAsync(o => o.SetProperty(x => x.Tier, "personal").SetProperty(x => x.BaseTier, "personal")));
        await server.QueryAsync(async db =>
        {
            db.Members.Add(new() { OrganisationId = shared.Id, AccountId = alone.Owner.AccountId, JoinedAtMs = 1 });
            db.Assignments.Add(new() { Id = "asg_" + Guid.NewGuid().ToString("N"), OrganisationId = shared.Id, AccountId = alone.Owner.AccountId, RoleId = "role_owner", Source = "direct", CreatedAtMs = 1, CreatedBy = "test" });
            return await db.SaveChangesAsync();
        });
        (await RaiseAsync("a@gmail.com")).ShouldBeEmpty();
        (await RaiseAsync("a@corp.example")).ShouldBe([alone.Id]);
        (await RaiseAsync("a@corp.example")).ShouldBeEmpty();
        (await server.QueryAsync(db => db.Organisations.SingleAsync(o => o.Id == alone.Id))).Tier.ShouldBe("business");
        (await server.QueryAsync(db => db.Organisations.SingleAsync(o => o.Id == shared.Id))).Tier.ShouldBe("personal");

        async Task<IReadOnlyList<string>> RaiseAsync(string email)
        {
            await using var db = server.Database.CreateContext();
            var call = new OperationCall
            {
                Caller = Caller.Anonymous, RequestId = "req_1", Id = "", Query = null!, Body = BodyFields.Empty(), Data = new OrganisationScope(db, Caller.Anonymous, null), Accounts = new AccountScope(db, Caller.Anonymous),
                OpenInstallation = () => throw new InvalidOperationException(), ClientIp = IPAddress.Loopback, BaseUrl = "", Tools = server.Services.GetRequiredService<ManagementTools>(), Now = server.Time.GetUtcNow(), CancellationToken = default,
            };
            var raised = await BusinessMail.RaiseAsync(call, db, alone.Owner.AccountId, email);
            await db.SaveChangesAsync();
            call.Acts.Select(a => a.OrganisationId).ShouldBe(raised);
            return raised;
        }
    }

    [Theory]
    [InlineData("Corp.Example.", "corp.example")]
    [InlineData("例子.example", "xn--fsqu00a.example")]
    [InlineData("localhost", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("-corp.example", null)]
    [InlineData("corp example.com", null)]
    [InlineData("a..example", null)]
    [InlineData("", null)]
    public void A_domain_has_one_form_or_is_none(string text, string? canonical) => MailDomainText.Canonical(text).ShouldBe(canonical);

    private Task<string> StandingAsync(string email) => server.QueryAsync(db => BusinessMail.StandingOf(db, email, default).AsTask());
}
