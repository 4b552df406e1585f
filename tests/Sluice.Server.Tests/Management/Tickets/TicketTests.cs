using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Tickets;

/// <summary>Organisations whose tier has support are heard, and each side learns what the other said.</summary>
public class TicketTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private const string Body = """{"subject":"Answers are cut off","text":"Since this morning.\nOften."}""";

    [Fact]
    public async Task A_ticket_goes_back_and_forth_until_it_is_closed()
    {
        var (organisation, owner) = await server.AddOrganisationAsync("enterprise");
        var support = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_operator");
        var opened = await server.SendAsync("POST", "/api/v1/tickets", Body, owner.Token);
        ((int)opened.Status).ShouldBe(201, opened.Text);
        (opened.Json.GetProperty("status").GetString(), opened.Json.GetProperty("priority").GetString()).ShouldBe(("open", "high"));
        (await server.ToldAsync(support.AccountId, opened.Id)).ShouldBe("ticket_opened");

        var queue = (await server.SendAsync("GET", $"/api/v1/support/tickets?organisationId={organisation}", token: support.Token)).Json.GetProperty("data");
        queue.EnumerateArray().Select(t => (t.GetProperty("id").GetString(), t.GetProperty("organisationName").GetString())).ShouldBe([(opened.Id, "Acme")]);
        ((int)(await server.SendAsync("POST", $"/api/v1/support/tickets/{opened.Id}/messages", """{"text":"Which model?"}""", support.Token)).Status).ShouldBe(201);
        (await server.ToldAsync(owner.AccountId, opened.Id)).ShouldBe("ticket_answered");
        (await server.QueryAsync(db => db.Outbox.CountAsync(m => m.AccountId == owner.AccountId && m.Kind == "ticket_answered"))).ShouldBe(1);
        (await StatusAsync(opened.Id, owner)).ShouldBe("answered");
        (await server.SendAsync("GET", $"/api/v1/support/tickets?organisationId={organisation}", token: support.Token)).Json.GetProperty("data").GetArrayLength().ShouldBe(0);

        ((int)(await server.SendAsync("POST", $"/api/v1/tickets/{opened.Id}/messages", """{"text":"deepseek-chat"}""", owner.Token)).Status).ShouldBe(201);
        (await StatusAsync(opened.Id, owner)).ShouldBe("open");
        (await server.ToldAsync(support.AccountId, opened.Id)).ShouldBe("ticket_message ticket_opened");
        (await server.SendAsync("POST", $"/api/v1/support/tickets/{opened.Id}/close", token: support.Token)).Json.GetProperty("status").GetString().ShouldBe("closed");
        (await server.ToldAsync(owner.AccountId, opened.Id)).ShouldBe("ticket_answered ticket_closed");
        (await server.AuditedAsync(organisation, opened.Id)).Select(e => (e.Action, e.Actor)).ShouldBe(
            [("ticket.open", owner.AccountId), ("ticket.answer", support.AccountId), ("ticket.message", owner.AccountId), ("ticket.close", support.AccountId)]);
        (await server.AuditedAsync(organisation, opened.Id)).ShouldAllBe(e => !e.Detail.Contains("cut off") && !e.Detail.Contains("morning"));
    }

    [Theory]
    [InlineData("personal", 403)]
    [InlineData("business", 403)]
    [InlineData("enterprise", 201)]
    public async Task The_tier_decides_who_is_heard(string tier, int status)
    {
        var (_, owner) = await server.AddOrganisationAsync(tier);
        var reply = await server.SendAsync("POST", "/api/v1/tickets", Body, owner.Token);
        ((int)reply.Status).ShouldBe(status);
        if (status == 403)
        {
            reply.Code.ShouldBe("permission_denied");
            reply.Text.ShouldContain("/api/v1/enterprise-applications");
        }
    }

    [Fact]
    public async Task The_operators_own_organisation_is_heard_whatever_its_tier()
    {
        var reply = await server.SendAsync("POST", "/api/v1/tickets", Body);
        ((int)reply.Status).ShouldBe(201);
        reply.Json.GetProperty("priority").GetString().ShouldBe("normal");
    }

    [Fact]
    public async Task The_organisation_reads_what_support_said_without_learning_who_it_was()
    {
        var (_, owner) = await server.AddOrganisationAsync("enterprise");
        var support = await server.AddPersonAsync(ManagementServer.OrganisationA, "role_operator");
        var id = (await server.SendAsync("POST", "/api/v1/tickets", Body, owner.Token)).Id;
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        await server.SendAsync("POST", $"/api/v1/support/tickets/{id}/messages", """{"text":"Which model?"}""", support.Token);
        var seen = await server.SendAsync("GET", $"/api/v1/tickets/{id}", token: owner.Token);
        var messages = seen.Json.GetProperty("messages").GetProperty("data").EnumerateArray().ToList();
        messages.Select(m => (m.GetProperty("fromSupport").GetBoolean(), m.GetProperty("authorId").GetString(), m.GetProperty("text").GetString()))
            .ShouldBe([(false, owner.AccountId, "Since this morning.\nOften."), (true, null, "Which model?")]);
        seen.Text.ShouldNotContain(support.AccountId);
        var bySupport = (await server.SendAsync("GET", $"/api/v1/support/tickets/{id}", token: support.Token)).Json.GetProperty("messages").GetProperty("data");
        bySupport.EnumerateArray().Select(m => m.GetProperty("authorId").GetString()).ShouldBe([owner.AccountId, support.AccountId]);
    }

    [Fact]
    public async Task Messages_come_page_by_page_oldest_first()
    {
        var (_, owner) = await server.AddOrganisationAsync("enterprise");
        var id = (await server.SendAsync("POST", "/api/v1/tickets", """{"subject":"s","text":"0"}""", owner.Token)).Id;
        for (var i = 1; i < 5; i++)
        {
            server.Time.Advance(TimeSpan.FromMilliseconds(1));
            await server.SendAsync("POST", $"/api/v1/tickets/{id}/messages", $$"""{"text":"{{i}}"}""", owner.Token);
        }

        var (seen, cursor) = (new List<string?>(), "");
        do
        {
            var page = (await server.SendAsync("GET", $"/api/v1/tickets/{id}?limit=2{cursor}", token: owner.Token)).Json.GetProperty("messages");
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("text").GetString()));
            cursor = page.GetProperty("nextCursor").ValueKind is JsonValueKind.Null ? "" : "&cursor=" + page.GetProperty("nextCursor").GetString();
        }
        while (cursor.Length > 0);
        seen.ShouldBe(["0", "1", "2", "3", "4"]);
    }

    [Fact]
    public async Task A_closed_ticket_is_opened_again_by_its_organisation_within_14_days()
    {
        var (organisation, owner) = await server.AddOrganisationAsync("enterprise");
        var token = await server.AddTokenAsync(organisation, owner.AccountId, "tickets.*");
        var id = (await server.SendAsync("POST", "/api/v1/tickets", Body, token)).Id;
        (await server.SendAsync("POST", $"/api/v1/tickets/{id}/close", token: token)).Json.GetProperty("closedAt").ValueKind.ShouldBe(JsonValueKind.String);
        ((int)(await server.SendAsync("POST", $"/api/v1/tickets/{id}/close", token: token)).Status).ShouldBe(200);
        ((int)(await server.SendAsync("POST", $"/api/v1/support/tickets/{id}/messages", """{"text":"x"}""")).Status).ShouldBe(409);
        server.Time.Advance(TimeSpan.FromDays(14) - TimeSpan.FromMilliseconds(1));
        ((int)(await server.SendAsync("POST", $"/api/v1/tickets/{id}/messages", """{"text":"Again."}""", token)).Status).ShouldBe(201);
        (await server.SendAsync("GET", $"/api/v1/tickets/{id}", token: token)).Json.GetProperty("status").GetString().ShouldBe("open");
        await server.SendAsync("POST", $"/api/v1/tickets/{id}/close", token: token);
        server.Time.Advance(TimeSpan.FromDays(14));
        var late = await server.SendAsync("POST", $"/api/v1/tickets/{id}/messages", """{"text":"Again."}""", token);
        ((int)late.Status).ShouldBe(409);
        late.Text.ShouldContain("Open a new one");
        (await server.AuditedAsync(organisation, id)).Select(e => e.Action).ShouldBe(["ticket.open", "ticket.close", "ticket.message", "ticket.close"]);
    }

    [Fact]
    public async Task Tickets_are_for_their_organisation_and_for_support()
    {
        var (organisation, owner) = await server.AddOrganisationAsync("enterprise");
        var (_, stranger) = await server.AddOrganisationAsync("enterprise");
        var (developer, auditor, operatorsAdmin) = (await server.AddPersonAsync(organisation, "role_developer"), await server.AddPersonAsync(organisation, "role_auditor"), await server.AddPersonAsync(ManagementServer.OrganisationA, "role_admin"));
        var id = (await server.SendAsync("POST", "/api/v1/tickets", Body, owner.Token)).Id;
        ((int)(await server.SendAsync("GET", $"/api/v1/tickets/{id}", token: developer.Token)).Status).ShouldBe(200);
        ((int)(await server.SendAsync("GET", $"/api/v1/tickets/{id}", token: auditor.Token)).Status).ShouldBe(403);
        ((int)(await server.SendAsync("GET", $"/api/v1/tickets/{id}", token: stranger.Token)).Status).ShouldBe(404);
        ((int)(await server.SendAsync("POST", $"/api/v1/tickets/{id}/messages", """{"text":"x"}""", stranger.Token)).Status).ShouldBe(404);
        ((int)(await server.SendAsync("GET", "/api/v1/support/tickets", token: operatorsAdmin.Token)).Status).ShouldBe(403);
        ((int)(await server.SendAsync("GET", $"/api/v1/support/tickets/{id}", token: owner.Token)).Status).ShouldBe(403);
        (await server.SendAsync("GET", "/api/v1/tickets", token: stranger.Token)).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_may_no_longer_read_tickets_is_not_told()
    {
        var (organisation, owner) = await server.AddOrganisationAsync("enterprise");
        var developer = await server.AddPersonAsync(organisation, "role_developer");
        var id = (await server.SendAsync("POST", "/api/v1/tickets", Body, developer.Token)).Id;
        await server.QueryAsync(db => db.Assignments.Where(a => a.AccountId == developer.AccountId).ExecuteDeleteAsync());
        await server.SendAsync("POST", $"/api/v1/support/tickets/{id}/messages", """{"text":"Which model?"}""");
        (await server.ToldAsync(developer.AccountId, id)).ShouldBe("");
        (await server.ToldAsync(owner.AccountId, id)).ShouldBe("");
    }

    [Theory]
    [InlineData("""{"text":"t"}""", "subject")]
    [InlineData("""{"subject":"s"}""", "text")]
    [InlineData("""{"subject":"two\nlines","text":"t"}""", "subject")]
    [InlineData("""{"subject":"s","text":" "}""", "text")]
    [InlineData("""{"subject":"s","text":"t","priority":"high"}""", "priority")]
    public async Task A_wrong_member_is_refused_by_name(string body, string field)
    {
        var reply = await server.SendAsync("POST", "/api/v1/tickets", body);
        ((int)reply.Status).ShouldBe(400);
        reply.Fields.ShouldBe([field]);
    }

    private async Task<string?> StatusAsync(string id, Person person) => (await server.SendAsync("GET", $"/api/v1/tickets/{id}", token: person.Token)).Json.GetProperty("status").GetString();
}
