using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Management.Access;
using Sluice.Server.Messages;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Management;

namespace Sluice.Server.Tests.Messages;

public sealed class NotificationTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    private async Task<NotificationRow> AddAsync(string accountId, string text = "Something happened.", bool mail = false, params OutgoingMessage[] messages)
    {
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        var now = server.Time.GetUtcNow();
        var row = new NotificationRow { Id = ObjectId.New(ObjectId.Notification, now), AccountId = accountId, Kind = "test", SubjectId = "key_1", Text = text, CreatedAtMs = now.ToUnixTimeMilliseconds() };
        await using var db = server.Database.CreateContext();
        db.Notifications.Add(row);
        var outbox = server.Services.GetRequiredService<Outbox>();
        foreach (var message in messages) await outbox.AddAsync(db, message, now, CancellationToken.None);
        if (mail) await outbox.AddNoticesAsync(db, [row], messages, new Uri("https://sluice.example/console"), now, CancellationToken.None);
        await db.SaveChangesAsync();
        return row;
    }

    private async Task<JsonElement> ListAsync(Person person, string query = "") => (await server.SendAsync("GET", "/api/v1/me/notifications" + query, token: person.Token)).Json;

    private static string?[] Ids(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(n => n.GetProperty("id").GetString())];

    [Fact]
    public async Task A_person_sees_their_own_notifications_newest_first_and_marks_them_as_read()
    {
        var (me, other) = (await server.AddPersonAsync(null), await server.AddPersonAsync(null));
        var (first, second, foreign) = (await AddAsync(me.AccountId), await AddAsync(me.AccountId), await AddAsync(other.AccountId));
        var page = await ListAsync(me);
        (Ids(page), page.GetProperty("unread").GetInt32()).ShouldBe(([second.Id, first.Id], 2), new PageComparer());

        ((int)(await server.SendAsync("POST", $"/api/v1/me/notifications/{first.Id}/read", token: me.Token)).Status).ShouldBe(200);
        ((int)(await server.SendAsync("POST", $"/api/v1/me/notifications/{first.Id}/read", token: me.Token)).Status).ShouldBe(200);
        (Ids(await ListAsync(me, "?unread=true")), (await ListAsync(me)).GetProperty("unread").GetInt32()).ShouldBe(([second.Id], 1), new PageComparer());
        ((int)(await server.SendAsync("POST", $"/api/v1/me/notifications/{foreign.Id}/read", token: me.Token)).Status).ShouldBe(404);

        ((int)(await server.SendAsync("POST", "/api/v1/me/notifications/read", token: me.Token)).Status).ShouldBe(204);
        ((int)(await server.SendAsync("POST", "/api/v1/me/notifications/read", token: me.Token)).Status).ShouldBe(204);
        (await ListAsync(me)).GetProperty("unread").GetInt32().ShouldBe(0);
        (await ListAsync(other)).GetProperty("unread").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_notification_is_also_a_mail_in_the_persons_language()
    {
        var person = await server.AddPersonAsync(null);
        await server.QueryAsync(db => db.Accounts.Where(a => a.Id == person.AccountId).ExecuteUpdateAsync(a => a.SetProperty(x => x.Language, "zh-CN")));
        await AddAsync(person.AccountId, "密钥已吊销。", mail: true);
        var row = await server.QueryAsync(db => db.Outbox.SingleAsync(m => m.AccountId == person.AccountId));
        (row.Channel, row.Kind, row.Subject).ShouldBe(("email", "notice", "Sluice 通知"));
        server.Services.GetRequiredService<Outbox>().BodyOf(row)!.ShouldContain("> 密钥已吊销。");
    }

    [Fact]
    public async Task Nobody_is_told_the_same_by_two_mails()
    {
        var person = await server.AddPersonAsync(null);
        await AddAsync(person.AccountId, mail: true, messages: new OutgoingMessage(Channels.Email, "own@example.com", "key_leaked", "Leaked", new("body")) { AccountId = person.AccountId });
        (await server.QueryAsync(db => db.Outbox.SingleAsync(m => m.AccountId == person.AccountId))).Kind.ShouldBe("key_leaked");
    }

    [Fact]
    public async Task An_address_that_is_not_confirmed_gets_no_notices()
    {
        var person = await server.AddPersonAsync(null, verified: false);
        await AddAsync(person.AccountId, mail: true);
        (await server.QueryAsync(db => db.Outbox.CountAsync(m => m.AccountId == person.AccountId))).ShouldBe(0);
    }

    [Fact]
    public async Task Notices_leave_room_for_a_link_that_was_asked_for()
    {
        var person = await server.AddPersonAsync(null);
        for (var i = 0; i < 6; i++) await AddAsync(person.AccountId, mail: true);
        (await server.QueryAsync(db => db.Outbox.CountAsync(m => m.AccountId == person.AccountId))).ShouldBe(Outbox.NoticesPerHourMax);
        Outbox.NoticesPerHourMax.ShouldBeLessThan(Outbox.PerHourMax);
    }

    private sealed class PageComparer : IEqualityComparer<(string?[], int)>
    {
        public bool Equals((string?[], int) x, (string?[], int) y) => x.Item1.SequenceEqual(y.Item1) && x.Item2 == y.Item2;

        public int GetHashCode((string?[], int) x) => x.Item2;
    }
}
