using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Documents;

namespace Sluice.Server.Tests.Management;

/// <summary>Applies, as people do, and looks at what they were told.</summary>
internal static class Applications
{
    public const string Scenario = "Load test before the spring sale, on the staging system.";

    public static Dictionary<string, object?> QuotaBody(string keyId) => new()
    {
        ["keyId"] = keyId, ["limit"] = "callsPerDay", ["requestedValue"] = 1500, ["temporary"] = true, ["until"] = "2030-02-10T00:00:00Z", ["scenario"] = Scenario, ["expectedVolume"] = "about 1,200 a day",
    };

    public static Dictionary<string, object?> EnterpriseBody() => new()
    {
        ["companyName"] = "示例科技有限公司", ["registrationScheme"] = "uscc", ["registrationNumber"] = "91350100M000100Y43", ["contactName"] = "Li Lei", ["contactEmail"] = "li.lei@company.example",
        ["contactPhone"] = "+86 138-0013-8000", ["licence"] = File("licence.pdf", "application/pdf", DocumentSamples.Pdf()),
    };

    public static Dictionary<string, object?> File(string name, string mediaType, byte[] content) => new() { ["fileName"] = name, ["mediaType"] = mediaType, ["data"] = Convert.ToBase64String(content) };

    /// <summary>The body with some members changed, and those that are set to <see cref="Absent"/> left out.</summary>
    public static string With(this Dictionary<string, object?> body, params (string Name, object? Value)[] changes)
    {
        foreach (var (name, value) in changes)
        {
            if (ReferenceEquals(value, Absent)) body.Remove(name);
            else body[name] = value;
        }

        return JsonSerializer.Serialize(body);
    }

    public static object Absent { get; } = new();

    public static async Task<string> ApplyForQuotaAsync(this ManagementServer server, string keyId, string token, params (string Name, object? Value)[] changes)
    {
        var reply = await server.SendAsync("POST", "/api/v1/quota-applications", QuotaBody(keyId).With(changes), token);
        ((int)reply.Status).ShouldBe(201, reply.Text);
        return reply.Id;
    }

    public static async Task<string> ApplyForEnterpriseAsync(this ManagementServer server, string token, params (string Name, object? Value)[] changes)
    {
        var reply = await server.SendAsync("POST", "/api/v1/enterprise-applications", EnterpriseBody().With(changes), token);
        ((int)reply.Status).ShouldBe(201, reply.Text);
        return reply.Id;
    }

    /// <summary>An organisation of its own with an owner and a project.</summary>
    public static async Task<(string Id, Person Owner)> AddOrganisationAsync(this ManagementServer server, string tier = "personal")
    {
        var now = server.Time.GetUtcNow();
        var (id, nowMs) = (ObjectId.New(ObjectId.Organisation, now), now.ToUnixTimeMilliseconds());
        await server.QueryAsync(async db =>
        {
            db.Organisations.Add(new OrganisationRow { Id = id, Name = "Acme", TimeZone = "Asia/Shanghai", Tier = tier, BaseTier = tier, CreatedAtMs = nowMs });
            db.Projects.Add(new ProjectRow { Id = ObjectId.New(ObjectId.Project, now), OrganisationId = id, Name = "Default", CreatedAtMs = nowMs, UpdatedAtMs = nowMs });
            return await db.SaveChangesAsync();
        });
        return (id, await server.AddPersonAsync(id, "role_owner"));
    }

    /// <summary>A test key of organisation B (500 calls a day) that belongs to a person.</summary>
    public static async Task<string> KeyOfAsync(this ManagementServer server, Person owner, string? projectId = null)
    {
        var key = await server.CreateKeyAsync($$"""{"name":"Spring sale","kind":"test","projectId":"{{projectId ?? ManagementServer.ProjectB}}"}""", server.OtherToken);
        await server.QueryAsync(db => db.Keys.Where(k => k.Id == key.Id).ExecuteUpdateAsync(set => set.SetProperty(k => k.OwnerId, owner.AccountId)));
        return key.Id;
    }

    /// <summary>The kinds of what a person was told about something, by the alphabet: the clock stands still, so the order is not kept.</summary>
    public static async Task<string> ToldAsync(this ManagementServer server, string accountId, string subjectId) =>
        string.Join(' ', await server.QueryAsync(db => db.Notifications.Where(n => n.AccountId == accountId && n.SubjectId == subjectId).OrderBy(n => n.Kind).Select(n => n.Kind).ToListAsync()));

    /// <summary>What the audit log of an organisation says of something: action, actor and detail.</summary>
    public static Task<List<(string Action, string Actor, string Detail)>> AuditedAsync(this ManagementServer server, string organisationId, string subjectId) => server.QueryAsync(async db =>
        (await db.AuditEntries.Where(a => a.OrganisationId == organisationId && a.SubjectId == subjectId).OrderBy(a => a.Seq).ToListAsync()).Select(a => (a.Action, a.ActorId, a.Detail)).ToList());
}
