using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Keys;
using Sluice.Server.Messages;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Storage;
using Sluice.Testing;

namespace Sluice.Server.Tests.Messages;

/// <summary>The outbox and its delivery, on every kind of database.</summary>
public abstract class DeliverMessagesContract : IAsyncLifetime
{
    private readonly IStorageBackend _backend;
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly ScriptedSender _mail = new();
    private SluiceDatabase _database = null!;
    private KeyMaterial _material = null!;
    private Outbox _outbox = null!;
    private DeliverMessages _deliver = null!;

    protected DeliverMessagesContract(IStorageBackend backend) => _backend = backend;

    public async ValueTask InitializeAsync()
    {
        _database = SluiceDatabase.Open(await _backend.NewOptionsAsync(), _time);
        await _database.PrepareAsync(CancellationToken.None);
        _material = KeyMaterial.Load(_folder.File("keys"), databaseNeedsKeys: false);
        (_outbox, _deliver) = Node(_mail);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
        (_backend as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    private (Outbox, DeliverMessages) Node(IMessageSender? mail, IMessageSender? sms = null)
    {
        var channels = new MessageChannels { Email = mail, Sms = sms };
        var outbox = new Outbox(new SecretSealer(_material), channels, NullLogger<Outbox>.Instance);
        return (outbox, new DeliverMessages(_database, outbox, channels, _time, NullLogger<DeliverMessages>.Instance));
    }

    private static OutgoingMessage Mail(string recipient = "an@example.com", string body = "words") => new(Channels.Email, recipient, "test", "Subject", new PlainSecret(body));

    private async Task AddAsync(params OutgoingMessage[] messages)
    {
        await using var db = _database.CreateContext();
        foreach (var message in messages) await _outbox.AddAsync(db, message, _time.GetUtcNow(), TestContext.Current.CancellationToken);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private async Task<List<OutboxRow>> RowsAsync()
    {
        await using var db = _database.CreateContext();
        return await db.Outbox.AsNoTracking().OrderBy(m => m.Id).ToListAsync(TestContext.Current.CancellationToken);
    }

    private async Task<OutboxRow> RowAsync() => (await RowsAsync()).ShouldHaveSingleItem();

    private Task<int> DeliverAsync() => _deliver.DeliverDueAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));

    [Fact]
    public async Task A_message_is_sent_once_and_loses_its_body()
    {
        await AddAsync(Mail());
        (await RowAsync()).SealedBody.ShouldNotBeNull();
        (await DeliverAsync()).ShouldBe(1);
        (await DeliverAsync()).ShouldBe(0);
        var sent = _mail.Taken.ShouldHaveSingleItem();
        var row = await RowAsync();
        sent.ShouldBe(new Envelope(row.Id, "an@example.com", "Subject", "words", null));
        (row.Status, row.Attempts, row.SealedBody, row.SentAtMs, row.ClaimedUntilMs).ShouldBe(("sent", 1, null, _time.GetUtcNow().ToUnixTimeMilliseconds(), null));
    }

    [Fact]
    public async Task Two_nodes_do_not_send_a_message_twice()
    {
        for (var i = 0; i < 20; i++) await AddAsync(Mail($"p{i}@example.com"));
        var nodes = Enumerable.Range(0, 4).Select(_ => Node(_mail).Item2).ToList();
        await Task.WhenAll(nodes.Select(n => Task.Run(() => n.DeliverDueAsync(TestContext.Current.CancellationToken)))).WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        _mail.Taken.Select(m => m.Id).Distinct().Count().ShouldBe(20);
        _mail.Taken.Count.ShouldBe(20);
        (await RowsAsync()).ShouldAllBe(m => m.Status == "sent" && m.Attempts == 1);
    }

    [Fact]
    public async Task A_message_whose_node_died_while_sending_is_sent_by_another_under_the_same_id()
    {
        var began = new TaskCompletionSource();
        var dead = new ScriptedSender
        {
            Answer = (_, _) =>
            {
                began.SetResult();
                return new TaskCompletionSource<Delivery>().Task;
            },
        };
        await AddAsync(Mail());
        _ = Node(dead).Item2.DeliverDueAsync(CancellationToken.None);
        await began.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        _time.Advance(DeliverMessages.Claim - TimeSpan.FromSeconds(1));
        (await DeliverAsync()).ShouldBe(0);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await DeliverAsync()).ShouldBe(1);
        _mail.Taken.ShouldHaveSingleItem().Id.ShouldBe(dead.Taken.ShouldHaveSingleItem().Id);
        (await RowAsync()).Status.ShouldBe("sent");
    }

    [Fact]
    public async Task A_temporary_failure_is_tried_again_after_half_a_minute_then_ever_later_for_a_day()
    {
        _mail.AnswerWith(Delivery.Temporary("450 later"));
        await AddAsync(Mail());
        var began = _time.GetUtcNow();
        var waits = new List<double>();
        for (var attempt = 1; ; attempt++)
        {
            (await DeliverAsync()).ShouldBe(1);
            var row = await RowAsync();
            row.Attempts.ShouldBe(attempt);
            row.LastError.ShouldBe("450 later");
            if (row.Status == "failed") break;
            var wait = DateTimeOffset.FromUnixTimeMilliseconds(row.NextAttemptAtMs) - _time.GetUtcNow();
            waits.Add(wait.TotalSeconds);
            _time.Advance(wait - TimeSpan.FromSeconds(1));
            (await DeliverAsync()).ShouldBe(0);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        waits.Take(9).ShouldBe([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        waits.Max().ShouldBe(3600);
        (_time.GetUtcNow() - began).TotalHours.ShouldBeInRange(22, 24);
        (await RowAsync()).SealedBody.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_permanent_failure_is_not_tried_again_and_keeps_its_body()
    {
        _mail.AnswerWith(Delivery.Permanent("550 nobody here"));
        await AddAsync(Mail());
        await DeliverAsync();
        _time.Advance(TimeSpan.FromDays(1));
        (await DeliverAsync()).ShouldBe(0);
        var row = await RowAsync();
        (row.Status, row.LastError, row.Attempts).ShouldBe(("failed", "550 nobody here", 1));
        _outbox.BodyOf(row).ShouldBe("words");
    }

    [Fact]
    public async Task One_message_that_cannot_be_worked_on_does_not_stop_the_others()
    {
        _mail.Answer = (m, _) => m.Recipient == "bad@example.com" ? throw new InvalidOperationException("broken") : Task.FromResult(Delivery.Sent("ok"));
        await AddAsync(Mail("bad@example.com"), Mail("good@example.com"), Mail("fine@example.com"));
        await DeliverAsync();
        (await RowsAsync()).Select(m => (m.Recipient, m.Status)).Order().ShouldBe([("bad@example.com", "pending"), ("fine@example.com", "sent"), ("good@example.com", "sent")]);
    }

    [Fact]
    public async Task Without_a_channel_messages_are_held_and_nothing_is_tried()
    {
        (_outbox, _deliver) = Node(null);
        await AddAsync(Mail());
        (await DeliverAsync()).ShouldBe(0);
        var row = await RowAsync();
        (row.Status, row.Attempts, _outbox.BodyOf(row)).ShouldBe(("held", 0, "words"));
    }

    [Fact]
    public async Task What_waits_when_its_channel_is_taken_away_is_held()
    {
        await AddAsync(Mail());
        await Node(null).Item2.DeliverDueAsync(TestContext.Current.CancellationToken);
        var row = await RowAsync();
        (row.Status, row.Attempts).ShouldBe(("held", 0));
    }

    [Fact]
    public async Task Each_channel_has_its_own_way_out()
    {
        var sms = new ScriptedSender();
        (_outbox, _deliver) = Node(_mail, sms);
        await AddAsync(new PhoneCode("123456", TimeSpan.FromMinutes(10)).ToPhone("+8613800138000", "zh-CN"), Mail());
        await DeliverAsync();
        _mail.Taken.ShouldHaveSingleItem().Recipient.ShouldBe("an@example.com");
        var text = sms.Taken.ShouldHaveSingleItem();
        (text.Recipient, text.Code).ShouldBe(("+8613800138000", "123456"));
        text.Text.ShouldBe("【Sluice】您的验证码为 123456，10 分钟内有效，请勿告知他人。如非本人操作，请忽略本短信。");
    }

    [Fact]
    public async Task A_code_that_has_expired_is_not_sent_any_more()
    {
        var sms = new ScriptedSender();
        sms.AnswerWith(Delivery.Temporary("503 busy"));
        (_outbox, _deliver) = Node(_mail, sms);
        await AddAsync(new PhoneCode("123456", TimeSpan.FromMinutes(10)).ToPhone("+8613800138000", "en"));
        await DeliverAsync();
        sms.AnswerWith(Delivery.Sent("ok"));
        _time.Advance(TimeSpan.FromMinutes(10));
        await DeliverAsync();
        sms.Taken.Count.ShouldBe(1);
        var row = await RowAsync();
        row.Status.ShouldBe("failed");
        row.LastError!.ShouldEndWith("503 busy");
    }

    [Fact]
    public async Task A_body_moved_to_another_row_is_not_sent()
    {
        await AddAsync(Mail("an@example.com", "secret of an"), Mail("bo@example.com", "secret of bo"));
        await using (var db = _database.CreateContext())
        {
            var rows = await db.Outbox.OrderBy(m => m.Id).ToListAsync(TestContext.Current.CancellationToken);
            (rows[0].SealedBody, rows[1].SealedBody) = (rows[1].SealedBody, rows[0].SealedBody);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await DeliverAsync();
        _mail.Taken.ShouldBeEmpty();
        (await RowsAsync()).ShouldAllBe(m => m.Status == "failed");
    }

    [Fact]
    public async Task No_address_gets_more_than_five_messages_an_hour()
    {
        for (var i = 0; i < 8; i++) await AddAsync(Mail());
        await AddAsync(Mail("bo@example.com"));
        (await RowsAsync()).Select(m => m.Recipient).Order().ShouldBe([.. Enumerable.Repeat("an@example.com", 5), "bo@example.com"]);
        await DeliverAsync();
        _mail.Taken.Count.ShouldBe(6);

        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        await AddAsync(Mail());
        (await RowsAsync()).Count.ShouldBe(6);
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 8; i++) await AddAsync(Mail());
        (await RowsAsync()).Count.ShouldBe(11);
    }

    [Fact]
    public async Task The_limit_holds_within_one_act_too()
    {
        await AddAsync([.. Enumerable.Repeat(Mail(), 8)]);
        (await RowsAsync()).Count.ShouldBe(5);
    }

    [Fact]
    public async Task Old_messages_are_dropped()
    {
        await AddAsync(Mail("sent@example.com"), Mail("failed@example.com"));
        _mail.Answer = (m, _) => Task.FromResult(m.Recipient == "sent@example.com" ? Delivery.Sent("ok") : Delivery.Permanent("no"));
        await DeliverAsync();
        _time.Advance(DeliverMessages.SentKept);
        await _deliver.SweepAsync(TestContext.Current.CancellationToken);
        (await RowsAsync()).Count.ShouldBe(2);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await _deliver.SweepAsync(TestContext.Current.CancellationToken);
        (await RowAsync()).Recipient.ShouldBe("failed@example.com");
        _time.Advance(DeliverMessages.OthersKept);
        await _deliver.SweepAsync(TestContext.Current.CancellationToken);
        (await RowsAsync()).ShouldBeEmpty();
    }
}

public sealed class SqliteDeliverMessages() : DeliverMessagesContract(new SqliteBackend());

public sealed class PostgresDeliverMessages() : DeliverMessagesContract(new PostgresBackend());
