using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Keys;
using Sluice.Server.Management;
using Sluice.Server.Management.Leaks;

namespace Sluice.Server.Tests.Management.Leaks;

/// <summary>Reports of GitHub's secret scanning, signed by a stand-in for GitHub.</summary>
public sealed class GitHubScanningTests(ManagementServer server) : IClassFixture<ManagementServer>, IAsyncLifetime
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private WebApplication _github = null!;
    private string _listed = "";
    private int _asked;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _github = builder.Build();
        _github.MapGet("/keys", async http =>
        {
            Interlocked.Increment(ref _asked);
            await http.Response.WriteAsync(_listed);
        });
        await _github.StartAsync();
        List(("k1", _key));
        Options.GitHubScanningKeysUrl = new Uri(_github.Urls.Single() + "/keys");
        // Each test begins a minute later, so that it may ask for the keys again.
        server.Time.Advance(TimeSpan.FromMinutes(2));
    }

    public async ValueTask DisposeAsync()
    {
        Options.GitHubScanningKeysUrl = null;
        await _github.DisposeAsync();
        _key.Dispose();
    }

    private ManagementOptions Options => server.Services.GetRequiredService<ManagementOptions>();

    [Fact]
    public async Task A_reported_key_is_revoked_and_github_told_which_were_real()
    {
        var name = Fresh();
        var person = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_developer");
        var created = await server.CreateKeyAsync(token: person.Token);
        var secret = created.Json.GetProperty("key").GetString()!;
        var unknown = KeyText.Create(KeyPurpose.Live, out _).Reveal();
        var reply = await ReportAsync(Body((secret, "sluice_test_key"), (unknown, "sluice_live_key"), ("nonsense", "x"), (secret, "sluice_test_key")), name);
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        reply.Json.EnumerateArray().Select(t => t.GetProperty("label").GetString()).ShouldBe(["true_positive", "false_positive", "false_positive", "true_positive"]);
        reply.Json[0].GetProperty("token_hash").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret))));
        reply.Json[0].GetProperty("token_type").GetString().ShouldBe("sluice_test_key");
        reply.Text.ShouldNotContain(secret);
        (await server.SendAsync("GET", $"/api/v1/keys/{created.Id}", token: person.Token)).Json.GetProperty("revokedReason").GetString().ShouldBe("leaked");
        server.Changes.Seen.ShouldContain(created.Id);
        var audit = await server.QueryAsync(db => db.AuditEntries.SingleAsync(e => e.SubjectId == created.Id && e.Action == "key.leak.revoke"));
        (audit.OrganisationId, audit.ActorId).ShouldBe((ManagementServer.OrganisationB, "system"));
        audit.Detail.ShouldContain("github");
        (await server.QueryAsync(db => db.Notifications.AnyAsync(n => n.AccountId == person.AccountId && n.SubjectId == created.Id))).ShouldBeTrue();
        // Sent again, it is still what it was.
        (await ReportAsync(Body((secret, "sluice_test_key")), name)).Json[0].GetProperty("label").GetString().ShouldBe("true_positive");
    }

    [Fact]
    public async Task A_session_and_a_token_are_revoked_as_well()
    {
        var name = Fresh();
        var person = await server.AddPersonAsync(ManagementServer.OrganisationB, "role_developer");
        (await ReportAsync(Body((person.Token, "s"), (server.OtherToken, "m")), name)).Json.EnumerateArray().Select(t => t.GetProperty("label").GetString()).ShouldBe(["true_positive", "true_positive"]);
        (await server.SendAsync("GET", "/api/v1/whoami", token: person.Token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await server.QueryAsync(db => db.ManagementTokens.Where(t => t.Id == "mgt_other").ExecuteUpdateAsync(t => t.SetProperty(x => x.RevokedAtMs, (long?)null)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("no identifier")]
    [InlineData("not base64")]
    [InlineData("another key")]
    [InlineData("another body")]
    [InlineData("another curve")]
    [InlineData("empty")]
    [InlineData("huge")]
    public async Task Without_githubs_signature_nothing_happens(string what)
    {
        var name = Fresh();
        var key = await server.CreateKeyAsync();
        var body = Body((key.Json.GetProperty("key").GetString()!, "t"));
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var wide = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        if (what is "another curve") List((name, wide));
        var signature = what switch
        {
            "none" => null,
            "not base64" => "***",
            "another key" => Sign(stranger, body),
            "another body" => Sign(_key, body + " "),
            "another curve" => Sign(wide, body),
            "empty" => " ",
            "huge" => new string('A', 8_000),
            _ => Sign(_key, body),
        };
        var reply = await PostAsync(body, what is "no identifier" ? null : name, signature);
        reply.Status.ShouldBe(HttpStatusCode.Unauthorized);
        reply.Code.ShouldBe("report_not_signed");
        reply.MediaType.ShouldBe("application/problem+json");
        (await server.SendAsync("GET", $"/api/v1/keys/{key.Id}")).Json.GetProperty("status").GetString().ShouldBe("active");
    }

    [Fact]
    public async Task The_example_of_githubs_own_description_verifies()
    {
        const string pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsz9ugWDj5jK5ELBK42ynytbo38gP\nHzZFI03Exwz8Lh/tCfL3YxwMdLjB+bMznsanlhK0RwcGP3IDb34kQDIo3Q==\n-----END PUBLIC KEY-----\n";
        var body = """[{"token":"some_token","type":"some_type","url":"some_url","source":"some_source"}]"""u8.ToArray();
        const string signature = "MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=";
        GitHubKeys.Verify(pem, body, signature).ShouldBeTrue();
        body[0] = (byte)' ';
        GitHubKeys.Verify(pem, body, signature).ShouldBeFalse();
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Names_that_strangers_make_up_cause_one_question_a_minute()
    {
        await ReportAsync(Body(("x", "t")), Fresh());
        var asked = _asked;
        for (var i = 0; i < 5; i++)
            (await PostAsync(Body(("x", "t")), $"made-up-{i}", Sign(_key, Body(("x", "t"))))).Code.ShouldBe("report_not_signed");
        _asked.ShouldBe(asked);
        server.Time.Advance(TimeSpan.FromMinutes(1));
        await PostAsync(Body(("x", "t")), "made-up", Sign(_key, Body(("x", "t"))));
        _asked.ShouldBe(asked + 1);
    }

    [Fact]
    public async Task A_new_key_of_githubs_is_known_from_its_first_message_on()
    {
        await ReportAsync(Body(("x", "t")), Fresh());
        server.Time.Advance(TimeSpan.FromMinutes(1));
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        List(("next", next));
        var body = Body(("x", "t"));
        (await PostAsync(body, "next", Sign(next, body))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("{}", "invalid_json")]
    [InlineData("[{}]", "invalid_json")]
    [InlineData("[null]", "invalid_value")]
    [InlineData("[{\"token\":7,\"type\":\"t\"}]", "invalid_json")]
    [InlineData("not json", "invalid_json")]
    [InlineData("many", "invalid_value")]
    [InlineData("long", "invalid_value")]
    public async Task A_signed_body_that_is_no_report_is_refused(string body, string code)
    {
        var name = Fresh();
        if (body is "many") body = Body([.. Enumerable.Repeat(("x", "t"), 1_001)]);
        if (body is "long") body = Body((new string('x', 4_097), "t"));
        (await ReportAsync(body, name)).Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_thousand_tokens_and_members_that_are_not_known_are_taken()
    {
        var name = Fresh();
        var body = "[" + string.Join(',', Enumerable.Range(0, 1_000).Select(i => $$"""{"token":"t{{i}}","type":"t","url":"","source":"commit","later":[{"added":1}] }""")) + "]";
        (await ReportAsync(body, name)).Json.GetArrayLength().ShouldBe(1_000);
        (await ReportAsync("[]", name)).Json.GetArrayLength().ShouldBe(0);
        var large = Body((new string('x', 1_100_000), "t"));
        (await PostAsync(large, name, Sign(_key, large))).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Switched_off_there_is_nothing_there()
    {
        var name = Fresh();
        Options.GitHubScanningKeysUrl = null;
        (await ReportAsync(Body(("x", "t")), name)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("GET", "/secret-scanning/github", token: "")).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    /// <summary>A name that the server cannot have met before.</summary>
    private string Fresh()
    {
        var name = Guid.CreateVersion7().ToString("N");
        List((name, _key));
        return name;
    }

    private void List(params (string Name, ECDsa Key)[] keys) =>
        _listed = JsonSerializer.Serialize(new { public_keys = keys.Select(k => new { key_identifier = k.Name, key = k.Key.ExportSubjectPublicKeyInfoPem(), is_current = true }) });

    private static string Body(params (string Token, string Type)[] tokens) =>
        JsonSerializer.Serialize(tokens.Select(t => new { token = t.Token, type = t.Type, url = "https://github.com/octocat/Hello-World/blob/1/foo", source = "content" }));

    private static string Sign(ECDsa key, string body) => Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(body), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    private Task<Reply> ReportAsync(string body, string name) => PostAsync(body, name, Sign(_key, body));

    private Task<Reply> PostAsync(string body, string? name, string? signature)
    {
        var headers = new List<(string, string)>();
        if (name is not null) headers.Add(("GITHUB-PUBLIC-KEY-IDENTIFIER", name));
        if (signature is not null) headers.Add(("GITHUB-PUBLIC-KEY-SIGNATURE", signature));
        return server.SendAsync("POST", "/secret-scanning/github", body, token: "", headers: [.. headers]);
    }
}
