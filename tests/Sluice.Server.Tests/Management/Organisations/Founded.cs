using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Messages;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Organisations;

/// <summary>An organisation that somebody founded through the API, so that no other test is in it.</summary>
internal sealed partial record Founded(ManagementServer Server, Person Owner, string Id, string ProjectId)
{
    public static async Task<Founded> NewAsync(ManagementServer server)
    {
        var owner = await server.AddPersonAsync(null);
        var made = await server.SendAsync("POST", "/api/v1/organisations", """{"name":"Founded","timeZone":"Asia/Shanghai"}""", owner.Token);
        ((int)made.Status).ShouldBe(201, made.Text + server.Log);
        var project = await server.QueryAsync(db => db.Projects.Where(p => p.OrganisationId == made.Id).Select(p => p.Id).SingleAsync());
        return new Founded(server, owner, made.Id, project);
    }

    /// <summary>One more member.</summary>
    public Task<Person> AddAsync(string? roleId = null, string? projectId = null) => Server.AddPersonAsync(Id, roleId, projectId);

    /// <summary>A call of the owner, or of somebody else.</summary>
    public Task<Reply> SendAsync(string method, string path, string? body = null, Person? by = null, params (string Name, string Value)[] headers) =>
        Server.SendAsync(method, "/api/v1" + path, body, (by ?? Owner).Token, headers: headers);

    /// <summary>The same, which must succeed with a status.</summary>
    public async Task<Reply> DoAsync(int status, string method, string path, string? body = null, Person? by = null)
    {
        var reply = await SendAsync(method, path, body, by);
        ((int)reply.Status).ShouldBe(status, $"{method} {path}: {reply.Text}");
        return reply;
    }

    public async Task<string> RoleAsync(string permissions, string? name = null, Person? by = null) =>
        (await DoAsync(201, "POST", "/roles", $$"""{"name":"{{name ?? Guid.NewGuid().ToString("N")}}","permissions":{{permissions}}}""", by)).Id;

    public async Task<string> AssignAsync(Person to, string roleId, string? projectId = null) =>
        (await DoAsync(201, "POST", "/assignments", $$"""{"accountId":"{{to.AccountId}}","roleId":"{{roleId}}"{{(projectId is null ? "" : $",\"projectId\":\"{projectId}\"")}}}""")).Id;

    public async Task<string> ProjectAsync(string name = "second") => (await DoAsync(201, "POST", "/projects", $$"""{"name":"{{name}}"}""")).Id;

    /// <summary>The member's only assignment of a role.</summary>
    public Task<string> AssignmentOfAsync(Person person, string roleId) =>
        Server.QueryAsync(db => db.Assignments.Where(a => a.AccountId == person.AccountId && a.OrganisationId == Id && a.RoleId == roleId).Select(a => a.Id).SingleAsync());

    public Task<string> EmailOfAsync(Person person) => Server.QueryAsync(db => db.Accounts.Where(a => a.Id == person.AccountId).Select(a => a.Email!).SingleAsync());

    /// <summary>The token in the newest invitation mail to an address.</summary>
    public async Task<string> InvitationTokenAsync(string email)
    {
        var row = await Server.QueryAsync(db => db.Outbox.Where(m => m.Recipient == email && m.Kind == "invitation").OrderByDescending(m => m.Id).FirstAsync());
        var body = Server.Services.GetRequiredService<Outbox>().BodyOf(row)!;
        body.ShouldContain("http://localhost/console/invite?token=inv_");
        return Link().Match(body).Groups[1].Value;
    }

    public Task<List<AuditEntryRow>> AuditAsync(string action) => Server.QueryAsync(db => db.AuditEntries.AsNoTracking().Where(a => a.OrganisationId == Id && a.Action == action).ToListAsync());

    public Task<int> OwnersAsync() => Server.QueryAsync(db => db.Assignments.CountAsync(a => a.OrganisationId == Id && a.RoleId == "role_owner" && a.ProjectId == null && db.Members.Any(m => m.OrganisationId == Id && m.AccountId == a.AccountId)));

    [GeneratedRegex(@"token=(\S+)")]
    private static partial Regex Link();
}
