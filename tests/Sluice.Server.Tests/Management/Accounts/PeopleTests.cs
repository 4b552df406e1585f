using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>What the operator does about people.</summary>
public class PeopleTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private readonly ManagementServer _server = server.ForAccounts();

    [Fact]
    public async Task Suspending_ends_sessions_at_once_and_tells_every_node_about_the_keys()
    {
        var (person, email) = await _server.JoinAsync();
        var other = await _server.SignedInAsync(email);
        var reply = await _server.SendAsync("POST", $"/api/v1/people/{person.AccountId}/suspend", """{"reason":"abuse"}""");
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        reply.Json.GetProperty("status").GetString().ShouldBe("suspended");
        foreach (var session in new[] { person, other })
            (await _server.AsAsync(session, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await _server.QueryAsync(db => db.Changes.CountAsync(c => c.Kind == "owner" && c.SubjectId == person.AccountId))).ShouldBeGreaterThan(0);
        (await _server.SendAsync("POST", $"/api/v1/people/{person.AccountId}/resume")).Json.GetProperty("status").GetString().ShouldBe("active");
        (await _server.AsAsync(person, "GET", "/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await _server.SignedInAsync(email);
    }

    [Fact]
    public async Task Only_the_operator_sees_people()
    {
        var (person, _) = await _server.JoinAsync();
        var owner = await _server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner");
        foreach (var token in new[] { _server.OtherToken, owner.Token, person.Token })
        {
            (await _server.SendAsync("GET", "/api/v1/people", token: token)).Status.ShouldBe(HttpStatusCode.Forbidden);
            (await _server.SendAsync("POST", $"/api/v1/people/{person.AccountId}/suspend", """{"reason":"x"}""", token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        }

        var admin = await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_admin");
        (await _server.SendAsync("GET", "/api/v1/people", token: admin.Token)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task People_are_found_by_part_of_their_address_and_by_status()
    {
        var mark = Guid.CreateVersion7().ToString("N");
        var (person, _) = await _server.JoinAsync($"{mark}%_x@mail.example");
        await _server.RegisterAsync($"{mark}.second@mail.example");
        (await ListAsync($"email={mark.ToUpperInvariant()}")).Count.ShouldBe(2);
        (await ListAsync($"email={mark}&status=active")).ShouldBe([person.AccountId]);
        (await ListAsync($"email={mark}%25_x")).ShouldBe([person.AccountId]);
        (await ListAsync($"email={mark}%25")).ShouldBe([person.AccountId]);
        (await ListAsync($"email={mark}_")).ShouldBeEmpty();
        (await ListAsync($"email={mark}&status=suspended")).ShouldBeEmpty();
        await _server.AsAsync(person, "DELETE", "/me");
        (await ListAsync("status=deleted")).ShouldContain(person.AccountId);
        (await _server.SendAsync("POST", $"/api/v1/people/{person.AccountId}/resume")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_double()
    {
        for (var i = 0; i < 5; i++)
            await _server.RegisterAsync($"page{i}@pages.example");
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await _server.SendAsync("GET", "/api/v1/people?limit=2&email=pages.example" + (cursor is null ? "" : "&cursor=" + cursor))).Json;
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(p => p.GetProperty("email").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        seen.ShouldBe(["page4@pages.example", "page3@pages.example", "page2@pages.example", "page1@pages.example", "page0@pages.example"]);
    }

    [Fact]
    public async Task Nobody_suspends_themselves()
    {
        var me = await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
        (await _server.SendAsync("POST", $"/api/v1/people/{me.AccountId}/suspend", """{"reason":"x"}""", me.Token)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await _server.SendAsync("GET", "/api/v1/people/acc_none")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<IReadOnlyList<string>> ListAsync(string query) =>
        [.. (await _server.SendAsync("GET", "/api/v1/people?" + query)).Json.GetProperty("data").EnumerateArray().Select(p => p.GetProperty("id").GetString()!)];
}
