using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;
using Sluice.Testing.Postgres;

namespace Sluice.Server.Tests.Management.Organisations;

/// <summary>Two owners who take each other's place away at the same moment, on one node and on two: somebody is left who owns the organisation.</summary>
public class OwnerRaceTests
{
    private const int Rounds = 220;

    [Fact]
    public async Task An_organisation_keeps_an_owner_whatever_two_owners_do_at_once()
    {
        await using var server = new ManagementServer();
        await server.InitializeAsync();
        await RaceAsync(server, server);
    }

    [Fact]
    public async Task An_organisation_keeps_an_owner_whatever_two_owners_do_at_once_on_two_nodes()
    {
        await using var one = new ManagementServer { Storage = StorageOptions.Postgres(await (await PostgresServer.GetAsync()).CreateDatabaseAsync()) };
        await one.InitializeAsync();
        await using var two = new ManagementServer { SecondOf = one };
        await two.InitializeAsync();
        await RaceAsync(one, two);
    }

    [Fact]
    public async Task Whoever_was_removed_does_nothing_more()
    {
        await using var server = new ManagementServer();
        await server.InitializeAsync();
        var founded = await Founded.NewAsync(server);
        for (var round = 0; round < 60; round++)
        {
            var admin = await founded.AddAsync("role_admin");
            var removal = founded.SendAsync("DELETE", "/members/" + admin.AccountId);
            var acts = Enumerable.Range(0, 3).Select(_ => founded.SendAsync("POST", "/assignments", $$"""{"accountId":"{{admin.AccountId}}","roleId":"role_billing"}""", admin)).ToList();
            await Task.WhenAll([removal, .. acts]);
            ((int)(await removal).Status).ShouldBe(204);
            // Before the removal at most one can have given the role, and nothing is left of it.
            acts.Count(a => (int)a.Result.Status == 201).ShouldBeLessThanOrEqualTo(1);
            (await server.QueryAsync(db => db.Assignments.CountAsync(a => a.AccountId == admin.AccountId))).ShouldBe(0);
            ((int)(await founded.SendAsync("GET", "/members", by: admin)).Status).ShouldBe(403);
        }
    }

    private static async Task RaceAsync(ManagementServer one, ManagementServer two)
    {
        var ways = new Func<Founded, Person, Person, string, (string Method, string Path, string? Body)>[]
        {
            (_, _, other, _) => ("DELETE", "/members/" + other.AccountId, null),
            (_, _, _, _) => ("POST", "/members/me/leave", null),
            (_, _, _, others) => ("DELETE", "/assignments/" + others, null),
            (_, _, other, _) => ("POST", "/organisation/ownership", $$"""{"accountId":"{{other.AccountId}}"}"""),
        };
        var (bothDone, oneRefused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var founded = await Founded.NewAsync(one);
            var second = await founded.AddAsync("role_owner");
            var (first, firsts, seconds) = (founded.Owner, await founded.AssignmentOfAsync(founded.Owner, "role_owner"), await founded.AssignmentOfAsync(second, "role_owner"));
            var (mine, theirs) = (ways[round % 4](founded, first, second, seconds), ways[round / 4 % 4](founded, second, first, firsts));
            var calls = new[]
            {
                one.SendAsync(mine.Method, "/api/v1" + mine.Path, mine.Body, first.Token),
                two.SendAsync(theirs.Method, "/api/v1" + theirs.Path, theirs.Body, second.Token),
            };
            await Task.WhenAll(calls);
            foreach (var call in calls)
                ((int)call.Result.Status).ShouldBeLessThan(500, call.Result.Text + one.Log + two.Log);
            (await founded.OwnersAsync()).ShouldBeGreaterThanOrEqualTo(1, $"{mine.Method} {mine.Path} against {theirs.Method} {theirs.Path}");
            _ = calls.All(c => (int)c.Result.Status < 300) ? bothDone++ : oneRefused++;
        }

        // Both sorts of ending came up, so that the rounds did meet.
        oneRefused.ShouldBeGreaterThan(0);
        (bothDone + oneRefused).ShouldBe(Rounds);
    }
}
