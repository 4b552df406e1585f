using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Sluice.Server.FirstRun;
using Sluice.Server.Hosting;
using Sluice.Testing;

namespace Sluice.Server.Tests.Management.Accounts;

/// <summary>The first person of an installation, on the whole server.</summary>
public class SetUpTests
{
    [Fact]
    public async Task Of_many_visitors_at_once_one_becomes_the_operator()
    {
        await using var server = await StartAsync();
        using var client = server.NewClient(null);
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using var content = SluiceServer.Json(JsonSerializer.Serialize(new { token = TokenOf(server), email = $"visitor{i}@corp.example", password = AccountsBed.Password, name = "V" }));
            using var reply = await client.PostAsync(new Uri("/api/v1/setup", UriKind.Relative), content, TestContext.Current.CancellationToken);
            return reply.StatusCode;
        }));
        replies.Count(s => s == HttpStatusCode.Created).ShouldBe(1, string.Join(' ', replies));
        await using var db = ((Server.Storage.SluiceDatabase)server.Services.GetService(typeof(Server.Storage.SluiceDatabase))!).CreateContext();
        (await db.Accounts.CountAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        (await db.Assignments.SingleAsync(TestContext.Current.CancellationToken)).RoleId.ShouldBe("role_owner");
    }

    [Fact]
    public async Task A_link_is_told_valid_old_used_or_unknown_without_being_used_up()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await StartAsync(time);
        using var client = server.NewClient(null);
        var link = TokenOf(server);
        (await CheckAsync(client, link)).ShouldBe("valid");
        (await CheckAsync(client, link)).ShouldBe("valid");
        foreach (var other in (string[])["x", link[..^1] + (link[^1] == 'x' ? 'y' : 'x'), server.TestKey, server.ManagementToken])
            (await CheckAsync(client, other)).ShouldBe("unknown");
        time.Advance(TimeSpan.FromMinutes(30));
        (await CheckAsync(client, link)).ShouldBe("expired");
    }

    [Fact]
    public async Task For_an_old_link_the_command_prints_another()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await StartAsync(time);
        using var client = server.NewClient(null);
        time.Advance(TimeSpan.FromMinutes(30));

        using var output = new StringWriter();
        await PrintSetupLink.RunAsync(server.Host.Settings, output, time, TestContext.Current.CancellationToken);
        var link = output.ToString().Split(' ')[0];
        link.ShouldStartWith(server.BaseUrl + "/console/setup?token=");
        var token = link.Split("token=")[1];
        (await CheckAsync(client, token)).ShouldBe("valid");
        using var done = await PostAsync(client, "ada@corp.example", token);
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await CheckAsync(client, token)).ShouldBe("used");
        using var late = await PostAsync(client, "eve@corp.example", token);
        late.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await Should.ThrowAsync<StartupException>(() => PrintSetupLink.RunAsync(server.Host.Settings, output, time, TestContext.Current.CancellationToken))).Message.ShouldContain("operator already");
    }

    [Fact]
    public async Task The_command_says_when_there_is_nothing_to_set_up()
    {
        using var folder = new TempFolder();
        await using var server = await StartAsync();
        var elsewhere = server.Host.Settings with { DataFolder = folder.File("none") };
        (await Should.ThrowAsync<StartupException>(() => PrintSetupLink.RunAsync(elsewhere, TextWriter.Null, TimeProvider.System, TestContext.Current.CancellationToken))).Message.ShouldContain("start the server first");
        Directory.Exists(folder.File("none")).ShouldBeFalse("the command makes nothing");
    }

    [Fact]
    public async Task Accounts_are_configured_by_name_and_a_wrong_value_stops_the_start()
    {
        await using var server = await StartAsync(settings: ("Sluice:Accounts:Registration", "closed"));
        using var client = server.NewClient(null);
        using var content = SluiceServer.Json(JsonSerializer.Serialize(new { email = "a@corp.example", password = AccountsBed.Password, name = "A" }));
        using var reply = await client.PostAsync(new Uri("/api/v1/registrations", UriKind.Relative), content, TestContext.Current.CancellationToken);
        (await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("registration_closed");
        (await Should.ThrowAsync<StartupException>(() => StartAsync(settings: ("Sluice:Accounts:Registration", "sometimes")))).Message.ShouldContain("open, invited, closed");
    }

    private static string TokenOf(SluiceServer server) => server.FirstRun.SetupUrl.Split("token=")[1];

    private static async Task<SluiceServer> StartAsync(TimeProvider? time = null, (string Path, string Value)? settings = null)
    {
        var options = new SluiceServerOptions { Time = time };
        if (settings is { } one)
            options.Settings[one.Path] = one.Value;
        return await SluiceServer.StartAsync(options);
    }

    private static async Task<string?> CheckAsync(HttpClient client, string token)
    {
        using var content = SluiceServer.Json(JsonSerializer.Serialize(new { token }));
        using var reply = await client.PostAsync(new Uri("/api/v1/setup/check", UriKind.Relative), content, TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<JsonElement>(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("status").GetString();
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string email, string token)
    {
        using var content = SluiceServer.Json(JsonSerializer.Serialize(new { token, email, password = AccountsBed.Password, name = "Ada" }));
        return await client.PostAsync(new Uri("/api/v1/setup", UriKind.Relative), content, TestContext.Current.CancellationToken);
    }
}
