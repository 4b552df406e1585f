using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Organisations;

public class MemberTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task Members_are_listed_page_by_page_searched_and_shown_with_their_roles()
    {
        var founded = await Founded.NewAsync(server);
        var developer = await founded.AddAsync("role_developer", founded.ProjectId);
        await founded.AddAsync("role_auditor");
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await founded.DoAsync(200, "GET", "/members?limit=2" + (cursor is null ? "" : "&cursor=" + cursor))).Json;
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("accountId").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        seen.Distinct().Count().ShouldBe(3);
        var email = await founded.EmailOfAsync(developer);
        (await founded.DoAsync(200, "GET", $"/members?search={email.ToUpperInvariant()}")).Json.GetProperty("data").EnumerateArray().Single().GetProperty("accountId").GetString().ShouldBe(developer.AccountId);
        (await founded.DoAsync(200, "GET", "/members?search=%25")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        (await founded.DoAsync(200, "GET", "/members?roleId=role_auditor")).Json.GetProperty("data").GetArrayLength().ShouldBe(1);
        var shown = (await founded.DoAsync(200, "GET", "/members/" + developer.AccountId)).Json;
        shown.GetProperty("email").GetString().ShouldBe(email);
        shown.GetProperty("roles")[0].GetProperty("projectId").GetString().ShouldBe(founded.ProjectId);
    }

    [Fact]
    public async Task A_removed_member_is_out_on_the_next_call_with_their_keys_tokens_and_invitations()
    {
        var founded = await Founded.NewAsync(server);
        var admin = await founded.AddAsync("role_admin");
        await founded.DoAsync(201, "POST", "/keys", """{"name":"k","kind":"test"}""", admin);
        var token = (await founded.DoAsync(201, "POST", "/tokens", """{"name":"t"}""", admin)).Json.GetProperty("token").GetString();
        var invitation = (await founded.DoAsync(201, "POST", "/invitations", """{"email":"back@door.example","roleId":"role_admin"}""", admin)).Id;
        await founded.DoAsync(204, "DELETE", "/members/" + admin.AccountId);

        ((int)(await founded.SendAsync("GET", "/keys", by: admin)).Status).ShouldBe(403);
        (await server.SendAsync("GET", "/api/v1/keys", token: token)).Code.ShouldBe("invalid_management_token");
        (await server.QueryAsync(db => db.Changes.CountAsync(c => c.Kind == "owner" && c.SubjectId == admin.AccountId))).ShouldBe(1);
        (await server.QueryAsync(db => db.Invitations.SingleAsync(i => i.Id == invitation))).RevokedAtMs.ShouldNotBeNull();
        (await server.QueryAsync(db => db.Notifications.CountAsync(n => n.AccountId == admin.AccountId && n.Kind == "member_removed"))).ShouldBe(1);
        ((int)(await founded.SendAsync("DELETE", "/members/" + admin.AccountId)).Status).ShouldBe(404);
        // Invited again, the old token stays dead.
        await server.QueryAsync(async db =>
        {
            db.Members.Add(new() { OrganisationId = founded.Id, AccountId = admin.AccountId, JoinedAtMs = 1 });
            return await db.SaveChangesAsync();
        });
        (await server.SendAsync("GET", "/api/v1/whoami", token: token)).Code.ShouldBe("invalid_management_token");
    }

    [Fact]
    public async Task Only_an_owner_removes_an_owner_and_the_last_one_stays()
    {
        var founded = await Founded.NewAsync(server);
        var admin = await founded.AddAsync("role_admin");
        var custom = await founded.RoleAsync("""[{"action":"organisation.*"}]""");
        var nearlyOwner = await founded.AddAsync(custom);
        (await founded.SendAsync("DELETE", "/members/" + founded.Owner.AccountId, by: admin)).Code.ShouldBe("permission_denied");
        (await founded.SendAsync("DELETE", "/members/" + nearlyOwner.AccountId, by: admin)).Code.ShouldBe("permission_denied");
        (await founded.SendAsync("DELETE", "/members/" + founded.Owner.AccountId)).Code.ShouldBe("conflict");
        (await founded.SendAsync("POST", "/members/me/leave", "{}")).Code.ShouldBe("conflict");
        var second = await founded.AddAsync("role_owner");
        await founded.DoAsync(204, "DELETE", "/members/" + founded.Owner.AccountId, by: second);
        (await founded.OwnersAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task An_owner_who_cannot_sign_in_does_not_count_as_one()
    {
        var founded = await Founded.NewAsync(server);
        var second = await founded.AddAsync("role_owner");
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == second.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.SuspendedAtMs, 1)));
        (await founded.SendAsync("POST", "/members/me/leave", "{}")).Code.ShouldBe("conflict");
        await founded.DoAsync(204, "DELETE", "/members/" + second.AccountId);
    }

    [Fact]
    public async Task A_member_leaves_by_themselves_and_a_token_does_not_leave_for_them()
    {
        var founded = await Founded.NewAsync(server);
        var engineer = await founded.AddAsync("role_ai_engineer");
        var token = (await founded.DoAsync(201, "POST", "/tokens", """{"name":"t"}""", engineer)).Json.GetProperty("token").GetString();
        (await server.SendAsync("POST", "/api/v1/members/me/leave", "{}", token)).Code.ShouldBe("permission_denied");
        await founded.DoAsync(204, "POST", "/members/me/leave", by: engineer);
        (await founded.DoAsync(200, "GET", "/whoami", by: engineer)).Json.GetProperty("organisationId").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        (await founded.SendAsync("POST", "/members/me/leave", by: engineer)).Code.ShouldBe("conflict");
        (await founded.AuditAsync("member.leave")).Single().SubjectId.ShouldBe(engineer.AccountId);
    }

    [Fact]
    public async Task A_member_of_another_organisation_cannot_be_told_from_nobody()
    {
        var founded = await Founded.NewAsync(server);
        var foreign = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_developer");
        foreach (var method in new[] { "GET", "DELETE" })
        {
            var theirs = await founded.SendAsync(method, "/members/" + foreign.AccountId);
            ((int)theirs.Status).ShouldBe(404);
            theirs.WithoutRequestId.ShouldBe((await founded.SendAsync(method, "/members/acc_none")).WithoutRequestId);
        }
    }
}
