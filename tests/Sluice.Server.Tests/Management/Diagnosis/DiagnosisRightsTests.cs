using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Tests.Management.Organisations;

namespace Sluice.Server.Tests.Management.Diagnosis;

/// <summary>About which keys and calls somebody may ask, and what they are told of the others.</summary>
public class DiagnosisRightsTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task One_asks_about_ones_own_keys_and_those_one_sees_and_any_other_is_as_good_as_none()
    {
        var founded = await Founded.NewAsync(server);
        var developer = await founded.AddAsync("role_developer");
        var own = (await founded.DoAsync(201, "POST", "/keys", """{"name":"own","kind":"test"}""", developer)).Id;
        var body = Body(own);
        // What the key's owner holds is the key's: without any role to see keys by, it is still theirs.
        await founded.DoAsync(204, "DELETE", "/assignments/" + await founded.AssignmentOfAsync(developer, "role_developer"));
        await founded.AssignAsync(developer, "role_ai_engineer");
        (await founded.DoAsync(200, "POST", "/diagnoses", body, developer)).Json.GetProperty("keyId").GetString().ShouldBe(own);
        await founded.DoAsync(200, "POST", "/diagnoses", body, await founded.AddAsync("role_auditor"));
        var nothing = await founded.DoAsync(404, "POST", "/diagnoses", Body("key_00000000000000000000000000"));
        foreach (var nobody in new[] { await founded.AddAsync("role_ai_engineer"), await founded.AddAsync("role_billing"), await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner") })
            (await founded.DoAsync(404, "POST", "/diagnoses", body, nobody)).WithoutRequestId.ShouldBe(nothing.WithoutRequestId);
        // Seen in one project only.
        var second = await founded.ProjectAsync();
        await founded.DoAsync(404, "POST", "/diagnoses", body, await founded.AddAsync("role_auditor", second));
    }

    [Fact]
    public async Task A_real_call_needs_what_having_the_secret_needs()
    {
        var founded = await Founded.NewAsync(server);
        var key = (await founded.DoAsync(201, "POST", "/keys", """{"name":"mine","kind":"test"}""")).Id;
        var body = Body(key, ",\"callUpstream\":true");
        (await founded.DoAsync(403, "POST", "/diagnoses", body, await founded.AddAsync("role_auditor"))).Json.GetProperty("detail").GetString()!.ShouldContain("'keys.write'");
        var writer = await founded.AddAsync(await founded.RoleAsync("""[{"action":"keys.write"},{"action":"keys.read"}]"""));
        (await founded.DoAsync(403, "POST", "/diagnoses", body, writer)).Json.GetProperty("detail").GetString()!.ShouldContain("'api.call'");
        (await founded.AuditAsync("key.diagnose")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_recorded_call_is_asked_about_by_who_sees_it_in_the_log_and_explained_to_nobody_else()
    {
        var founded = await Founded.NewAsync(server);
        var key = (await founded.DoAsync(201, "POST", "/keys", """{"name":"mine","kind":"test"}""")).Id;
        var request = await StorageParts.AddRecordAsync(server, founded.Id, record => (record.KeyId, record.ProjectId, record.Endpoint) = (key, founded.ProjectId, "POST /v1/chat/completions"));
        var body = $$"""{"requestId":"{{request}}"}""";
        foreach (var seer in new[] { founded.Owner, await founded.AddAsync("role_auditor") })
        {
            await founded.DoAsync(200, "POST", "/diagnoses", body, seer);
            var explained = await founded.DoAsync(200, "GET", $"/requests/{request}/explanation", by: seer);
            explained.Json.GetProperty("stopped").GetBoolean().ShouldBeFalse();
            explained.Json.GetProperty("now").GetProperty("keyId").GetString().ShouldBe(key);
        }

        await founded.DoAsync(404, "POST", "/diagnoses", body, await founded.AddAsync("role_billing"));
        await founded.DoAsync(403, "GET", $"/requests/{request}/explanation", by: await founded.AddAsync("role_billing"));
        var stranger = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner");
        await founded.DoAsync(404, "POST", "/diagnoses", body, stranger);
        await founded.DoAsync(404, "GET", $"/requests/{request}/explanation", by: stranger);
        var narrow = await founded.AddAsync("role_auditor", await founded.ProjectAsync());
        await founded.DoAsync(404, "POST", "/diagnoses", body, narrow);
        await founded.DoAsync(404, "GET", $"/requests/{request}/explanation", by: narrow);
    }

    [Fact]
    public async Task A_call_of_no_known_key_is_explained_but_cannot_be_gone_through_again()
    {
        var founded = await Founded.NewAsync(server);
        var request = await StorageParts.AddRecordAsync(server, founded.Id, record =>
            (record.KeyId, record.ProjectId, record.ErrorCode, record.StoppedBy, record.Status) = (null, founded.ProjectId, "unknown_api_key", "Authenticate", 401));
        await founded.DoAsync(409, "POST", "/diagnoses", $$"""{"requestId":"{{request}}"}""");
        var explained = (await founded.DoAsync(200, "GET", $"/requests/{request}/explanation")).Json;
        explained.GetProperty("stage").GetString().ShouldBe("Authenticate");
        explained.GetProperty("action").GetProperty("kind").GetString().ShouldBe("createKey");
        explained.GetProperty("wouldPassNow").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task Upstreams_that_are_not_asked_are_named_to_the_operator_only()
    {
        var name = "off" + Guid.NewGuid().ToString("N");
        await server.CreateUpstreamAsync(name);
        await server.Services.GetService<Sluice.Gateway.Upstreams.UpstreamRegistry>()!.LoadAsync(TestContext.Current.CancellationToken);
        var own = (await server.CreateKeyAsync()).Id;
        (await server.SendAsync("POST", "/api/v1/diagnoses", Body(own))).Text.ShouldContain(name);
        var founded = await Founded.NewAsync(server);
        var key = (await founded.DoAsync(201, "POST", "/keys", """{"name":"mine","kind":"test"}""")).Id;
        var told = (await founded.DoAsync(200, "POST", "/diagnoses", Body(key))).Text;
        told.ShouldNotContain(name);
        told.ShouldNotContain("127.0.0.1");
    }

    private static string Body(string key, string more = "") => $$"""{"keyId":"{{key}}","model":"chat"{{more}}}""";
}
