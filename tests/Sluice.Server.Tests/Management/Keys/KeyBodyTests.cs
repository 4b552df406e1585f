using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Keys;

/// <summary>Nothing beyond the contract can be set through the body of any operation on keys: not by another spelling, not nested, not by saying it twice.</summary>
public class KeyBodyTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private static readonly string[] Others =
    [
        "role", "roles", "orgId", "organisation", "organizationId", "tenantId", "isAdmin", "admin", "isOperator", "owner", "userId", "accountId", "createdBy", "balance", "credits",
        "passwordHash", "password", "secret", "key", "signingSecret", "sealedSigningSecret", "hash", "allowedRoutes", "permissions", "rights", "createdAt", "updatedAt", "deletedAt", "revoked",
        "revokedReason", "status", "state", "usage", "credentials", "prefix", "lastFour", "verified", "quota", "tier", "boosts", "__proto__", "constructor", "$type", "lastUse", "narrowedBy",
    ];

    private static readonly (string Method, string Path, Type Body, string Valid)[] Bodies =
    [
        ("POST", "/api/v1/keys", typeof(KeyBody), """ "name":"n","kind":"production" """),
        ("PATCH", "/api/v1/keys/{key}", typeof(UpdateKeyBody), """ "name":"n" """),
        ("POST", "/api/v1/keys/{key}/rotate", typeof(RotateKeyBody), """ "overlapSeconds":1 """),
        ("POST", "/api/v1/keys/{key}/move", typeof(MoveKeyBody), """ "projectId":"prj_a1" """),
        ("POST", "/api/v1/projects/prj_a0/go-live", typeof(GoLiveBody), """ "keyName":"n" """),
        ("POST", "/api/v1/leaks", typeof(LeakBody), """ "text":"n" """),
    ];

    public static TheoryData<string, string> Operations => [.. Bodies.Select(b => (b.Method, b.Path))];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_member_that_the_contract_does_not_name_changes_nothing_however_it_is_spelled(string method, string path)
    {
        var (_, _, body, valid) = Bodies.Single(b => (b.Method, b.Path) == (method, path));
        var at = path.Replace("{key}", (await server.CreateKeyAsync("""{"name":"k","kind":"production"}""")).Id);
        var known = ManagementJson.Default.GetTypeInfo(body)!.Properties.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var names = typeof(KeyRow).GetProperties().Concat(typeof(KeyCredentialRow).GetProperties()).Concat(typeof(KeyTagRow).GetProperties()).Concat(typeof(KeyUseRow).GetProperties()).Select(p => p.Name).Concat(Others)
            .SelectMany(n => new[] { n, char.ToLowerInvariant(n[0]) + n[1..], JsonNamingPolicy.SnakeCaseLower.ConvertName(n), char.ToUpperInvariant(n[0]) + n[1..] })
            .Distinct(StringComparer.Ordinal).Where(n => !known.Contains(n)).ToList();
        var before = await DumpAsync();
        foreach (var name in names)
        {
            var quoted = JsonSerializer.Serialize(name);
            var reply = await server.SendAsync(method, at, $$"""{ {{valid}}, {{quoted}}: "x" }""");
            ((int)reply.Status).ShouldBe(400, name);
            reply.Fields.ShouldContain(name);
        }

        // In the objects inside, and in what should be lists or texts.
        foreach (var inner in new[] { "scope", "limits" }.Where(known.Contains))
        {
            foreach (var chunk in names.Where(n => n is not ("callsPerDay" or "requestsPerMinute" or "tokensPerMinute" or "concurrency" or "routes" or "models")).Chunk(40))
            {
                var reply = await server.SendAsync(method, at, $$"""{ {{valid}}, "{{inner}}": { {{string.Join(',', chunk.Select(n => $"{JsonSerializer.Serialize(n)}:1"))}} } }""");
                ((int)reply.Status).ShouldBe(400, inner);
                chunk.Except(reply.Fields.Select(f => f.Replace(inner + ".", "", StringComparison.Ordinal))).ShouldBeEmpty();
            }
        }

        foreach (var name in known)
        {
            ((int)(await server.SendAsync(method, at, $$"""{ {{valid}}, "{{name}}": { "ownerId": { "$ne": null } } }""")).Status).ShouldBe(400, name);
            var twice = await server.SendAsync(method, at, $$"""{ {{valid}}, "{{name}}": null, "{{name}}": "x" }""");
            ((int)twice.Status).ShouldBe(400, name);
            twice.Code.ShouldBe("duplicate_member");
        }

        (await DumpAsync()).ShouldBe(before);
    }

    private Task<string> DumpAsync() => server.QueryAsync(async db => JsonSerializer.Serialize(new
    {
        keys = await db.Keys.AsNoTracking().OrderBy(k => k.Id).ToListAsync(),
        credentials = await db.KeyCredentials.AsNoTracking().OrderBy(k => k.PublicId).ToListAsync(),
        tags = await db.KeyTags.AsNoTracking().OrderBy(k => k.KeyId).ToListAsync(),
        audits = await db.AuditEntries.CountAsync(),
    }));
}
