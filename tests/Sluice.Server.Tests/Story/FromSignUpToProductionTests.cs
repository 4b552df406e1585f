using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using Sluice.Testing;
using Sluice.Testing.Messages;
using Sluice.Testing.Postgres;

namespace Sluice.Server.Tests.Story;

/// <summary>The way of a company from signing up to production, through the API only, as docs/guide/from-sign-up-to-production.md tells it.</summary>
public sealed partial class FromSignUpToProductionTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2030, 3, 1, 8, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task A_company_goes_from_sign_up_to_production_and_the_auditor_gets_the_evidence(string database)
    {
        await using var mail = SmtpSink.Start();
        await using var sms = await SmsSink.StartAsync();
        await using var server = await SluiceServer.StartAsync(new SluiceServerOptions
        {
            Time = _clock,
            Settings = new()
            {
                ["Sluice:Database"] = database == "SQLite" ? null : await (await PostgresServer.GetAsync()).CreateDatabaseAsync(),
                ["Sluice:Sandbox:TokensPerSecond"] = "0", ["Sluice:TimeZone"] = "UTC",
                ["Sluice:Mail:Smtp:Host"] = "127.0.0.1", ["Sluice:Mail:Smtp:Port"] = mail.Port.ToString(), ["Sluice:Mail:Smtp:Security"] = "none", ["Sluice:Mail:Smtp:From"] = "sluice@house.example",
                ["Sluice:Sms:Provider"] = "http", ["Sluice:Sms:Url"] = sms.BaseUrl + "/send", ["Sluice:Sms:Body"] = """{"to":"{phone}","text":"{text}"}""",
            },
        });

        // The first visitor with the set-up link becomes the operator.
        using var operatorPerson = new StoryPerson(server, "otto");
        await operatorPerson.DoAsync("POST", "/setup", new { token = SetupToken(server), email = operatorPerson.Email, password = operatorPerson.Password, name = "Otto" });
        (await operatorPerson.DoAsync("GET", "/whoami")).GetProperty("isOperator").GetBoolean().ShouldBeTrue();
        await operatorPerson.DoAsync("POST", "/setup", new { token = SetupToken(server), email = "second@rivers.example", password = operatorPerson.Password, name = "Second" }, expect: 403);

        // Register, verify both.
        using var ada = new StoryPerson(server, "ada");
        await RegisterAsync(ada, mail);
        await ada.SignInAsync();
        await ada.DoAsync("POST", "/me/phone", new { phone = "+8613800138000" });
        var text = JsonElement.Parse((await sms.NextAsync()).Body);
        text.GetProperty("to").GetString().ShouldBe("+8613800138000");
        await ada.DoAsync("POST", "/me/phone/confirm", new { code = SixDigits().Match(text.GetProperty("text").GetString()!).Value });

        // Create the organisation, apply as an enterprise; the reviewer approves.
        ada.Organisation = (await ada.DoAsync("POST", "/organisations", new { name = "Rivers", timeZone = "UTC" })).GetProperty("id").GetString();
        (await ada.DoAsync("GET", "/organisation")).GetProperty("tier").GetString().ShouldBe("business");
        var application = (await ada.DoAsync("POST", "/enterprise-applications", new
        {
            companyName = "示例科技有限公司", registrationScheme = "uscc", registrationNumber = "91350100M000100Y43", contactName = "Ada", contactEmail = ada.Email, contactPhone = "+8613800138000",
            licence = new { fileName = "licence.png", mediaType = "image/png", data = Convert.ToBase64String(TinyPng) },
        })).GetProperty("id").GetString();
        (await operatorPerson.DoAsync("GET", "/reviews/enterprise?status=submitted")).GetProperty("data").GetArrayLength().ShouldBe(1);
        await operatorPerson.DoAsync("POST", $"/reviews/enterprise/{application}/approve", "{}");
        (await ada.DoAsync("GET", "/organisation")).GetProperty("tier").GetString().ShouldBe("enterprise");

        // A custom role, and somebody to hold it.
        var role = (await ada.DoAsync("POST", "/roles", new
        {
            name = "Chat builder",
            permissions = new object[]
            {
                new { action = "api.call", routes = new[] { "POST /v1/chat/completions" }, models = new[] { "deepseek-*" } },
                new { action = "logs.read", days = 7 },
                new { action = "quota.request" },
            },
        })).GetProperty("id").GetString();
        using var bo = new StoryPerson(server, "bo");
        await ada.DoAsync("POST", "/invitations", new { email = bo.Email, roleId = role });
        var invitation = await TokenAsync(mail, bo.Email, "invite");
        await RegisterAsync(bo, mail);
        await bo.SignInAsync();
        await bo.DoAsync("POST", "/invitations/accept", new { token = invitation });
        bo.Organisation = ada.Organisation;
        var boId = (await bo.DoAsync("GET", "/whoami")).GetProperty("accountId").GetString();
        await bo.DoAsync("GET", "/keys", expect: 403);

        // A test key of his; 500 calls; the 501st is told why.
        var made = await ada.DoAsync("POST", "/keys", new { name = "Bo's test key", kind = "test", ownerId = boId, tags = new[] { "spring" } });
        var (keyId, key) = (made.GetProperty("id").GetString()!, made.GetProperty("key").GetString()!);
        for (var i = 0; i < 500; i++)
            (await bo.ChatAsync(key)).Status.ShouldBe(200, $"call {i + 1}");
        var full = await bo.ChatAsync(key);
        full.Status.ShouldBe(429);
        full.Text.ShouldContain("insufficient_quota");
        var other = await bo.ChatAsync(key, "gpt-4o");
        other.Status.ShouldBe(401);
        other.Text.ShouldContain("api.call");

        // He applies for more, with a scenario, for a day. Not he, nor she above the tier, but the operator may grant it.
        var until = _clock.GetUtcNow().AddDays(1);
        var wish = (await bo.DoAsync("POST", "/quota-applications", new
        {
            keyId, limit = "callsPerDay", requestedValue = 2_000_000, temporary = true, until, scenario = "Load test of the spring campaign on staging.", expectedVolume = "About 900 calls in one afternoon",
        })).GetProperty("id").GetString();
        await bo.DoAsync("POST", $"/reviews/quota/{wish}/approve", "{}", expect: 403);
        await ada.DoAsync("POST", $"/reviews/quota/{wish}/approve", "{}", expect: 403);
        (await bo.ChatAsync(key)).Status.ShouldBe(429);
        await operatorPerson.DoAsync("POST", $"/reviews/quota/{wish}/approve", new { value = 600, reason = "600 is enough for the test." });
        for (var i = 0; i < 100; i++)
            (await bo.ChatAsync(key)).Status.ShouldBe(200, $"granted call {i + 1}");
        (await bo.ChatAsync(key)).Status.ShouldBe(429);

        // The grant ends on time, by itself.
        _clock.SetUtcNow(until);
        await bo.SignInAsync();
        await ada.SignInAsync();
        for (var i = 0; i < 500; i++)
            (await bo.ChatAsync(key)).Status.ShouldBe(200, $"call {i + 1} of the next day");
        (await bo.ChatAsync(key)).Status.ShouldBe(429);

        // Demoted, his key does less at once.
        await ada.DoAsync("PATCH", "/roles/" + role, new { permissions = new object[] { new { action = "api.call", routes = new[] { "POST /v1/embeddings" } } } });
        var narrowed = await bo.ChatAsync(key);
        narrowed.Status.ShouldBe(401);
        narrowed.Text.ShouldContain("missing_permission");

        // An access review finds the key that nobody used, and revokes it.
        var unused = await ada.DoAsync("POST", "/keys", new { name = "Forgotten", kind = "production" });
        (await ada.ChatAsync(unused.GetProperty("key").GetString()!)).Status.ShouldBe(200);
        _clock.Advance(TimeSpan.FromDays(40));
        await ada.SignInAsync();
        var review = (await ada.DoAsync("POST", "/access-reviews", new { name = "Spring" })).GetProperty("id").GetString();
        var items = (await ada.DoAsync("GET", $"/access-reviews/{review}/items?limit=100")).GetProperty("data").EnumerateArray().ToList();
        var item = items.Single(i => i.GetProperty("subjectId").GetString() == unused.GetProperty("id").GetString());
        item.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString()).ShouldContain("unused");
        await ada.DoAsync("POST", $"/access-reviews/{review}/items/{item.GetProperty("id").GetString()}/revoke", new { note = "Nobody knows what it was for." });
        (await ada.ChatAsync(unused.GetProperty("key").GetString()!)).Text.ShouldContain("revoked_api_key");
        foreach (var rest in items.Where(i => i.GetProperty("id").GetString() != item.GetProperty("id").GetString()))
            await ada.DoAsync("POST", $"/access-reviews/{review}/items/{rest.GetProperty("id").GetString()}/confirm", "{}");
        (await ada.DoAsync("GET", "/access-reviews/" + review)).GetProperty("status").GetString().ShouldBe("finished");
        (await ada.TextAsync("GET", $"/access-reviews/{review}/evidence?format=csv")).ShouldContain("Forgotten");

        // The audit log holds, and is handed out.
        var verdict = await ada.DoAsync("POST", "/audit/verify");
        verdict.GetProperty("holds").GetBoolean().ShouldBeTrue(verdict.ToString());
        var export = await ada.TextAsync("GET", "/audit/export?format=jsonl");
        ada.Status.ShouldBe(200);
        foreach (var act in new[] { "organisation.create", "role.create", "key.create", "role.update" })
            export.ShouldContain($"\"{act}\"");
        export.ShouldNotContain(ada.Email);
    }

    private static async Task RegisterAsync(StoryPerson person, SmtpSink mail)
    {
        await person.DoAsync("POST", "/registrations", new { email = person.Email, password = person.Password, name = person.Email.Split('@')[0] });
        await person.DoAsync("POST", "/email-verifications", new { token = await TokenAsync(mail, person.Email, "verify") });
    }

    /// <summary>The token in the link of the next mail of that sort to that person.</summary>
    private static async Task<string> TokenAsync(SmtpSink mail, string to, string page)
    {
        while (true)
        {
            var next = await mail.NextAsync();
            using var stream = new MemoryStream(next.Data);
            var body = (await MimeKit.MimeMessage.LoadAsync(stream)).TextBody ?? "";
            if (next.Recipients.Contains(to) && Regex.Match(body, $@"/{page}\?token=(\S+)") is { Success: true } link)
                return Uri.UnescapeDataString(link.Groups[1].Value);
        }
    }

    private static string SetupToken(SluiceServer server) => server.FirstRun.SetupUrl[(server.FirstRun.SetupUrl.IndexOf("token=", StringComparison.Ordinal) + "token=".Length)..];

    // One grey pixel.
    private static readonly byte[] TinyPng = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex SixDigits();
}
