using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Keys;
using Sluice.Server.Messages;
using Sluice.Server.Storage;
using Sluice.Testing;
using Sluice.Testing.Messages;

namespace Sluice.Server.Tests.Messages;

/// <summary>From a row in the database to a mail server on a socket, in the whole server.</summary>
public sealed class WholeServerMessageTests
{
    private static SluiceServerOptions Options(SmtpSink sink, string? dataFolder = null, TimeProvider? time = null) => new()
    {
        DataFolder = dataFolder,
        Time = time,
        Settings = new()
        {
            ["Sluice:Mail:Smtp:Host"] = "127.0.0.1", ["Sluice:Mail:Smtp:Port"] = sink.Port.ToString(), ["Sluice:Mail:Smtp:Security"] = "none", ["Sluice:Mail:Smtp:From"] = "sluice@house.example",
        },
    };

    private static async Task AddAsync(SluiceServer server, string body)
    {
        var outbox = server.Services.GetRequiredService<Outbox>();
        await using (var db = server.Services.GetRequiredService<SluiceDatabase>().CreateContext())
        {
            await outbox.AddAsync(db, new OutgoingMessage(Channels.Email, "an@example.com", "test", "Subject", new PlainSecret(body)), server.Services.GetRequiredService<TimeProvider>().GetUtcNow(), TestContext.Current.CancellationToken);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        outbox.Wake();
    }

    private static async Task<System.Text.Json.JsonElement> UntilAsync(SluiceServer server, string status)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var messages = (await server.ManageAsync(HttpMethod.Get, "/api/v1/outbox?status=" + status)).GetProperty("data");
            if (messages.GetArrayLength() > 0) return messages[0];
            await Task.Delay(20, deadline.Token);
        }
    }

    [Fact]
    public async Task A_committed_message_reaches_the_mail_server_without_waiting_for_the_next_look()
    {
        await using var sink = SmtpSink.Start();
        // This clock stands still, so only the call to wake up can be what made it go.
        await using var server = await SluiceServer.StartAsync(Options(sink, time: new FakeTimeProvider(TimeProvider.System.GetUtcNow())));
        await AddAsync(server, "canary-in-a-mail");
        (await sink.NextAsync()).Text.ShouldContain("canary-in-a-mail");
        var row = await UntilAsync(server, "sent");
        row.GetProperty("attempts").GetInt32().ShouldBe(1);
        server.Output.ShouldNotContain("canary-in-a-mail");
        server.Output.ShouldNotContain("an@example.com");
    }

    [Fact]
    public async Task What_the_mail_server_refused_for_now_is_sent_after_a_restart()
    {
        using var folder = new TempFolder();
        await using var sink = SmtpSink.Start();
        sink.Answer("RCPT", "450 4.2.1 come back later");
        var now = TimeProvider.System.GetUtcNow();
        await using (var server = await SluiceServer.StartAsync(Options(sink, folder.File("data"), new FakeTimeProvider(now))))
        {
            await AddAsync(server, "words");
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while ((await UntilAsync(server, "pending")) is var row && row.GetProperty("lastError").ValueKind != System.Text.Json.JsonValueKind.String) await Task.Delay(20, deadline.Token);
        }
        sink.Mails.ShouldBeEmpty();
        sink.Answer("RCPT", null);
        await using var again = await SluiceServer.StartAsync(Options(sink, folder.File("data"), new FakeTimeProvider(now + TimeSpan.FromSeconds(31))));
        (await sink.NextAsync()).Text.ShouldContain("words");
        (await UntilAsync(again, "sent")).GetProperty("attempts").GetInt32().ShouldBe(2);
    }
}
