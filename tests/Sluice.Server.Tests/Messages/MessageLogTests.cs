using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;
using Sluice.Server.Messages;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Management;

namespace Sluice.Server.Tests.Messages;

/// <summary>Puts messages into the outbox of a <see cref="ManagementServer"/>.</summary>
internal static class OutboxRows
{
    private static int _number;

    public static async Task<string> AddMessageAsync(this ManagementServer server, string status = "pending", string channel = "email", string? recipient = null, string body = "the body")
    {
        recipient ??= $"somebody{Interlocked.Increment(ref _number)}@example.com";
        await using var db = server.Database.CreateContext();
        await server.Services.GetRequiredService<Outbox>().AddAsync(db, new OutgoingMessage(channel, recipient, "test", "Subject", new PlainSecret(body)), server.Time.GetUtcNow(), CancellationToken.None);
        var row = db.Outbox.Local.Single();
        row.Status = status;
        if (status == "sent") (row.SentAtMs, row.SealedBody) = (row.CreatedAtMs, null);
        await db.SaveChangesAsync();
        return row.Id;
    }
}

public sealed class MessageLogTests : IAsyncLifetime
{
    private readonly ScriptedSender _mail = new();
    private readonly ManagementServer _server;
    private Person _operator = null!;

    public MessageLogTests() => _server = new ManagementServer { With = services => services.AddSingleton(new MessageChannels { Email = _mail }) };

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _operator = await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task<Reply> SendAsync(string method, string path, string? body = null, string? token = null) => _server.SendAsync(method, path, body, token ?? _operator.Token);

    private async Task<string[]> ListAsync(string query) => [.. (await SendAsync("GET", "/api/v1/outbox" + query)).Json.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()!)];

    [Fact]
    public async Task Messages_are_listed_newest_first_by_channel_status_and_recipient_without_their_texts()
    {
        var held = await _server.AddMessageAsync("held", "sms", "+8613800138000");
        _server.Time.Advance(TimeSpan.FromMilliseconds(1));
        var failed = await _server.AddMessageAsync("failed", recipient: "an@example.com");
        _server.Time.Advance(TimeSpan.FromMilliseconds(1));
        var sent = await _server.AddMessageAsync("sent", recipient: "an@example.com");
        (await ListAsync("")).ShouldBe([sent, failed, held]);
        (await ListAsync("?channel=sms")).ShouldBe([held]);
        (await ListAsync("?status=failed")).ShouldBe([failed]);
        (await ListAsync("?recipient=an@example.com")).ShouldBe([sent, failed]);
        (await ListAsync("?recipient=an@example.co_")).ShouldBeEmpty();
        var first = (await SendAsync("GET", "/api/v1/outbox?limit=2")).Json;
        first.GetProperty("data").GetArrayLength().ShouldBe(2);
        (await ListAsync("?limit=2&cursor=" + first.GetProperty("nextCursor").GetString())).ShouldBe([held]);
        (await SendAsync("GET", "/api/v1/outbox")).Text.ShouldNotContain("body");
    }

    [Theory]
    [InlineData("held", true)]
    [InlineData("pending", true)]
    [InlineData("failed", true)]
    [InlineData("sent", false)]
    public async Task The_text_is_shown_until_it_is_sent_and_reading_it_is_audited(string status, bool hasText)
    {
        var id = await _server.AddMessageAsync(status, body: "link: https://a.example/");
        var reply = await SendAsync("GET", "/api/v1/outbox/" + id);
        ((int)reply.Status).ShouldBe(200);
        reply.Json.TryGetProperty("body", out var body).ShouldBe(hasText);
        if (hasText) body.GetString().ShouldBe("link: https://a.example/");
        var entry = (await SendAsync("GET", "/api/v1/audit?subjectId=" + id)).Json.GetProperty("data").EnumerateArray().ShouldHaveSingleItem();
        (entry.GetProperty("action").GetString(), entry.GetProperty("actorId").GetString()).ShouldBe(("message.read", _operator.AccountId));
        entry.ToString().ShouldNotContain("https://a.example/");
    }

    [Fact]
    public async Task Nobody_outside_the_operators_organisation_sees_a_message_even_one_about_themselves()
    {
        var stranger = await _server.AddPersonAsync(ManagementServer.OrganisationB, "role_owner");
        var id = await _server.AddMessageAsync("held");
        foreach (var (method, path) in new[] { ("GET", "/api/v1/outbox"), ("GET", "/api/v1/outbox/" + id), ("POST", $"/api/v1/outbox/{id}/retry") })
            ((int)(await SendAsync(method, path, token: stranger.Token)).Status).ShouldBe(403);
    }

    [Theory]
    [InlineData("role_admin")]
    [InlineData("role_auditor")]
    [InlineData("role_developer")]
    public async Task Only_a_role_with_the_permission_reads_messages(string role)
    {
        var person = await _server.AddPersonAsync(ManagementServer.OrganisationA, role);
        var expected = BuiltInRoles.All.Single(r => r.Id == role).Permissions.Any(p => Permissions.Matches(p.Action, "installation.outbox")) ? 200 : 403;
        ((int)(await SendAsync("GET", "/api/v1/outbox", token: person.Token)).Status).ShouldBe(expected);
    }

    [Theory]
    [InlineData("held")]
    [InlineData("failed")]
    public async Task A_message_that_was_held_or_failed_can_be_sent_after_all(string status)
    {
        var id = await _server.AddMessageAsync(status);
        await _server.QueryAsync(db => db.Outbox.ExecuteUpdateAsync(m => m.SetProperty(x => x.Attempts, 30)));
        var reply = await SendAsync("POST", $"/api/v1/outbox/{id}/retry");
        (reply.Json.GetProperty("status").GetString(), reply.Json.GetProperty("attempts").GetInt32()).ShouldBe(("pending", 0));
        await DeliverAsync();
        _mail.Taken.ShouldHaveSingleItem().Id.ShouldBe(id);
        (await _server.QueryAsync(db => db.Outbox.SingleAsync())).Status.ShouldBe("sent");
    }

    [Fact]
    public async Task What_was_sent_or_is_being_sent_or_has_no_channel_cannot_be_sent_again()
    {
        var sent = await _server.AddMessageAsync("sent");
        var claimed = await _server.AddMessageAsync("pending");
        var until = (_server.Time.GetUtcNow() + TimeSpan.FromSeconds(1)).ToUnixTimeMilliseconds();
        await _server.QueryAsync(db => db.Outbox.Where(m => m.Id == claimed).ExecuteUpdateAsync(m => m.SetProperty(x => x.ClaimedUntilMs, until)));
        var text = await _server.AddMessageAsync("held", "sms");
        foreach (var id in new[] { sent, claimed, text })
        {
            var reply = await SendAsync("POST", $"/api/v1/outbox/{id}/retry");
            ((int)reply.Status, reply.Code).ShouldBe((409, "conflict"), reply.Text);
        }
        ((int)(await SendAsync("POST", "/api/v1/outbox/msg_none/retry")).Status).ShouldBe(404);
    }

    [Fact]
    public async Task A_test_message_goes_to_the_callers_own_address_and_tells_what_the_server_said()
    {
        _mail.AnswerWith(Delivery.Sent("250 2.0.0 queued as 7"));
        var reply = await SendAsync("POST", "/api/v1/messages/test", """{"channel":"email"}""");
        reply.Text.ShouldBe("""{"status":"sent","said":"250 2.0.0 queued as 7"}""");
        var address = await _server.QueryAsync(db => db.Accounts.Where(a => a.Id == _operator.AccountId).Select(a => a.Email).SingleAsync());
        _mail.Taken.ShouldHaveSingleItem().Recipient.ShouldBe(address);
        _mail.AnswerWith(Delivery.Temporary("localhost:25 did not answer in time."));
        (await SendAsync("POST", "/api/v1/messages/test", """{"channel":"email"}""")).Text.ShouldBe("""{"status":"failed","said":"localhost:25 did not answer in time."}""");
    }

    [Fact]
    public async Task A_test_goes_nowhere_without_a_channel_or_a_confirmed_address()
    {
        ((int)(await SendAsync("POST", "/api/v1/messages/test", """{"channel":"sms"}""")).Status).ShouldBe(409);
        var unverified = await _server.AddPersonAsync(ManagementServer.OrganisationA, "role_owner", verified: false);
        ((int)(await SendAsync("POST", "/api/v1/messages/test", """{"channel":"email"}""", unverified.Token)).Status).ShouldBe(409);
        ((int)(await SendAsync("POST", "/api/v1/messages/test", """{"channel":"fax"}""")).Status).ShouldBe(400);
        ((int)(await SendAsync("POST", "/api/v1/messages/test", """{"channel":"email","to":"victim@example.com"}""")).Status).ShouldBe(400);
        _mail.Taken.ShouldBeEmpty();
    }

    private async Task DeliverAsync() => await new DeliverMessages(_server.Database, _server.Services.GetRequiredService<Outbox>(), _server.Services.GetRequiredService<MessageChannels>(), _server.Time,
        NullLogger<DeliverMessages>.Instance).DeliverDueAsync(TestContext.Current.CancellationToken);
}
