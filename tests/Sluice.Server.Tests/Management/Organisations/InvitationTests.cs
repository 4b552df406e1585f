using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management.Organisations;

public class InvitationTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private static int _number;

    [Fact]
    public async Task An_invited_person_joins_with_the_link_once_and_with_the_role_that_was_offered()
    {
        var founded = await Founded.NewAsync(server);
        var guest = await server.AddPersonAsync(null);
        var made = await InviteAsync(founded, await founded.EmailOfAsync(guest), "role_developer", founded.ProjectId);
        made.Json.GetProperty("status").GetString().ShouldBe("pending");
        var token = await founded.InvitationTokenAsync(await founded.EmailOfAsync(guest));
        made.Text.ShouldNotContain(token);
        (await founded.DoAsync(200, "GET", "/me/invitations", by: guest)).Json.GetProperty("data")[0].GetProperty("organisationName").GetString().ShouldBe("Founded");

        var joined = await founded.DoAsync(200, "POST", "/invitations/accept", $$"""{"token":"{{token}}"}""", guest);
        joined.Json.GetProperty("organisationId").GetString().ShouldBe(founded.Id);
        joined.Json.GetProperty("role").GetProperty("projectId").GetString().ShouldBe(founded.ProjectId);
        ((int)(await founded.SendAsync("GET", "/keys", by: guest)).Status).ShouldBe(200);
        (await founded.DoAsync(200, "GET", "/invitations")).Json.GetProperty("data")[0].GetProperty("status").GetString().ShouldBe("accepted");
        (await founded.AuditAsync("invitation.accept")).Single().ActorId.ShouldBe(guest.AccountId);
        (await founded.SendAsync("POST", "/invitations/accept", $$"""{"token":"{{token}}"}""", guest)).Code.ShouldBe("link_not_valid");
        (await founded.DoAsync(200, "GET", "/me/invitations", by: guest)).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_invitation_in_the_list_of_ones_own_is_accepted_by_its_id()
    {
        var founded = await Founded.NewAsync(server);
        var (guest, other) = (await server.AddPersonAsync(null), await server.AddPersonAsync(null));
        var id = (await InviteAsync(founded, await founded.EmailOfAsync(guest))).Id;
        (await AcceptByIdAsync(other)).Code.ShouldBe("link_not_valid");
        ((int)(await AcceptByIdAsync(guest)).Status).ShouldBe(200);

        Task<Reply> AcceptByIdAsync(Person person) => founded.SendAsync("POST", "/invitations/accept", $$"""{"invitationId":"{{id}}"}""", person);
    }

    [Fact]
    public async Task Whoever_is_not_the_invited_person_is_told_the_same_as_for_an_unknown_token()
    {
        var founded = await Founded.NewAsync(server);
        var invited = await server.AddPersonAsync(null);
        var email = await founded.EmailOfAsync(invited);
        await InviteAsync(founded, email);
        var token = await founded.InvitationTokenAsync(email);
        var stranger = await server.AddPersonAsync(null);
        var unknown = await AcceptAsync(founded, stranger, "inv_" + new string('A', 50));
        (await AcceptAsync(founded, stranger, token)).WithoutRequestId.ShouldBe(unknown.WithoutRequestId);
        unknown.Code.ShouldBe("link_not_valid");
        ((int)unknown.Status).ShouldBe(403);
        // The same address, not verified.
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == invited.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.EmailConfirmed, false)));
        (await AcceptAsync(founded, invited, token)).WithoutRequestId.ShouldBe(unknown.WithoutRequestId);
        (await founded.DoAsync(200, "GET", "/me/invitations", by: invited)).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == invited.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.EmailConfirmed, true)));
        ((int)(await AcceptAsync(founded, invited, token)).Status).ShouldBe(200);
    }

    [Fact]
    public async Task A_revoked_a_resent_and_an_old_link_do_not_work()
    {
        var founded = await Founded.NewAsync(server);
        var guest = await server.AddPersonAsync(null);
        var email = await founded.EmailOfAsync(guest);
        var id = (await InviteAsync(founded, email)).Id;
        var first = await founded.InvitationTokenAsync(email);
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        await founded.DoAsync(200, "POST", $"/invitations/{id}/resend", "{}");
        var second = await founded.InvitationTokenAsync(email);
        second.ShouldNotBe(first);
        (await AcceptAsync(founded, guest, first)).Code.ShouldBe("link_not_valid");
        await server.QueryAsync(db => db.Invitations.Where(i => i.Id == id).ExecuteUpdateAsync(i => i.SetProperty(x => x.ExpiresAtMs, server.Time.GetUtcNow().ToUnixTimeMilliseconds())));
        (await AcceptAsync(founded, guest, second)).Code.ShouldBe("link_not_valid");
        (await founded.DoAsync(200, "GET", "/invitations?status=pending")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        await founded.DoAsync(200, "POST", $"/invitations/{id}/resend", "{}");
        var third = await founded.InvitationTokenAsync(email);
        await founded.DoAsync(204, "DELETE", "/invitations/" + id);
        await founded.DoAsync(204, "DELETE", "/invitations/" + id);
        (await AcceptAsync(founded, guest, third)).Code.ShouldBe("link_not_valid");
        (await founded.SendAsync("POST", $"/invitations/{id}/resend", "{}")).Code.ShouldBe("conflict");
    }

    [Fact]
    public async Task An_invitation_is_worth_no_more_than_whoever_made_it_may_give_when_it_is_accepted()
    {
        var founded = await Founded.NewAsync(server);
        var admin = await founded.AddAsync("role_admin");
        var guest = await server.AddPersonAsync(null);
        var email = await founded.EmailOfAsync(guest);
        await founded.DoAsync(201, "POST", "/invitations", $$"""{"email":"{{email}}","roleId":"role_admin"}""", admin);
        var token = await founded.InvitationTokenAsync(email);
        var assignment = await founded.AssignmentOfAsync(admin, "role_admin");
        await founded.DoAsync(204, "DELETE", "/assignments/" + assignment);
        (await AcceptAsync(founded, guest, token)).Code.ShouldBe("link_not_valid");
        await founded.AssignAsync(admin, "role_admin");
        ((int)(await AcceptAsync(founded, guest, token)).Status).ShouldBe(200);
    }

    [Fact]
    public async Task A_member_who_accepts_gets_the_role_beside_the_ones_they_have()
    {
        var founded = await Founded.NewAsync(server);
        var email = $"late{Interlocked.Increment(ref _number)}@corp.example";
        await InviteAsync(founded, email, "role_billing");
        var member = await founded.AddAsync("role_auditor");
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == member.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.Email, email).SetProperty(x => x.NormalizedEmail, email.ToUpperInvariant())));
        ((int)(await AcceptAsync(founded, member, await founded.InvitationTokenAsync(email))).Status).ShouldBe(200);
        (await founded.DoAsync(200, "GET", "/members/" + member.AccountId)).Json.GetProperty("roles").GetArrayLength().ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"email":"nonsense","roleId":"role_developer"}""", "email")]
    [InlineData("""{"email":"ſam@corp.example","roleId":"role_developer"}""", "email")]
    [InlineData("""{"email":"a b@corp.example","roleId":"role_developer"}""", "email")]
    [InlineData("""{"email":"a@localhost","roleId":"role_developer"}""", "email")]
    [InlineData("""{"email":"a@corp.example","roleId":"rol_none"}""", "roleId")]
    [InlineData("""{"email":"a@corp.example","roleId":"role_operator"}""", "roleId")]
    [InlineData("""{"email":"a@corp.example","roleId":"role_developer","projectId":"prj_a0"}""", "projectId")]
    [InlineData("""{"email":"a@corp.example","roleId":"role_owner","projectId":"OWN"}""", "projectId")]
    [InlineData("""{"roleId":"role_developer"}""", "email")]
    public async Task A_wrong_member_is_refused_by_name(string body, string field)
    {
        var founded = await Founded.NewAsync(server);
        var reply = await founded.SendAsync("POST", "/invitations", body.Replace("OWN", founded.ProjectId, StringComparison.Ordinal));
        ((int)reply.Status).ShouldBe(400, reply.Text);
        reply.Fields.ShouldBe([field]);
    }

    [Fact]
    public async Task A_member_and_an_address_with_an_open_invitation_are_not_invited_again()
    {
        var founded = await Founded.NewAsync(server);
        var member = await founded.AddAsync("role_developer");
        (await founded.SendAsync("POST", "/invitations", $$"""{"email":"{{await founded.EmailOfAsync(member)}}","roleId":"role_developer"}""")).Code.ShouldBe("conflict");
        await InviteAsync(founded, "Twice@Corp.Example");
        (await founded.SendAsync("POST", "/invitations", """{"email":"twice@corp.EXAMPLE","roleId":"role_developer"}""")).Code.ShouldBe("conflict");
    }

    [Fact]
    public async Task Whether_an_address_has_an_account_cannot_be_seen_from_an_invitation()
    {
        var founded = await Founded.NewAsync(server);
        var known = await founded.EmailOfAsync(await server.AddPersonAsync(ManagementServer.OrganisationB, "role_developer"));
        var unknown = known.Replace("person", "nobody", StringComparison.Ordinal);
        var (one, two) = (await InviteAsync(founded, known), await InviteAsync(founded, unknown));
        one.Text.Replace(known, "x").Replace(one.Id, "id").ShouldBe(two.Text.Replace(unknown, "x").Replace(two.Id, "id"));
    }

    [Fact]
    public async Task A_token_joins_nowhere_for_its_person()
    {
        var founded = await Founded.NewAsync(server);
        var guest = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_developer");
        var email = await founded.EmailOfAsync(guest);
        await InviteAsync(founded, email);
        var management = (await server.SendAsync("POST", "/api/v1/tokens", """{"name":"t"}""", guest.Token)).Json.GetProperty("token").GetString();
        (await server.SendAsync("POST", "/api/v1/invitations/accept", $$"""{"token":"{{await founded.InvitationTokenAsync(email)}}"}""", management)).Code.ShouldBe("permission_denied");
    }

    private static Task<Reply> InviteAsync(Founded founded, string email, string roleId = "role_developer", string? projectId = null) =>
        founded.DoAsync(201, "POST", "/invitations", $$"""{"email":"{{email}}","roleId":"{{roleId}}"{{(projectId is null ? "" : $",\"projectId\":\"{projectId}\"")}}}""");

    private static Task<Reply> AcceptAsync(Founded founded, Person person, string token) => founded.SendAsync("POST", "/invitations/accept", $$"""{"token":"{{token}}"}""", person);
}
