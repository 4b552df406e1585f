using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management;

/// <summary>Makes one object of organisation A for each kind that routes name by <c>{id}</c> about people, roles and tokens.</summary>
internal static class OrganisationObjects
{
    public static readonly IReadOnlyList<string> Kinds = ["members", "invitations", "roles", "assignments", "tokens", "tiers", "public-mail-domains", .. ReviewedObjects.Kinds];

    private static int _number;

    /// <summary>The id of a new object, or empty for a kind that is not one of these.</summary>
    public static async Task<string> NewAsync(ManagementServer server, string kind)
    {
        var number = Interlocked.Increment(ref _number);
        switch (kind)
        {
            case "members":
                return (await server.AddPersonAsync(ManagementServer.OrganisationA, "role_developer")).AccountId;
            case "invitations":
                return await MadeAsync("/api/v1/invitations", $$"""{"email":"guest{{number}}@corp.example","roleId":"role_developer"}""");
            case "roles":
                return await MadeAsync("/api/v1/roles", $$"""{"name":"Role {{number}}","permissions":[{"action":"keys.read"}]}""");
            case "assignments":
                var person = await server.AddPersonAsync(ManagementServer.OrganisationA);
                return await MadeAsync("/api/v1/assignments", $$"""{"accountId":"{{person.AccountId}}","roleId":"role_billing"}""");
            case "tokens":
                return await MadeAsync("/api/v1/tokens", """{"name":"t","scopes":["keys.read"],"service":true}""");
            case "tiers":
                return "business";
            case "public-mail-domains":
                var domain = $"public{number}.example";
                await server.QueryAsync(async db =>
                {
                    db.PublicMailDomains.Add(new PublicMailDomainRow { Domain = domain, CreatedAtMs = 0 });
                    return await db.SaveChangesAsync();
                });
                return domain;
            default:
                return ReviewedObjects.Kinds.Contains(kind) ? await ReviewedObjects.NewAsync(server, kind) : "";
        }

        async Task<string> MadeAsync(string path, string body)
        {
            var reply = await server.SendAsync("POST", path, body);
            ((int)reply.Status).ShouldBe(201, reply.Text);
            return reply.Id;
        }
    }

    /// <summary>An id of the same form that nothing has.</summary>
    public static string UnknownOf(string id) => id.Contains('_', StringComparison.Ordinal) ? id.Split('_')[0] + "_00000000000000000000000000" : "unknown.example";
}
