using System.Data.Common;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;
using static Sluice.Server.Tests.Storage.Records.SampleRecords;

namespace Sluice.Server.Tests.Storage.Records;

/// <summary>What the record store promises, on every provider.</summary>
public abstract class RecordStoreContract(IStorageBackend backend) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-records-").FullName;
    private SluiceDatabase _database = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected RecordStorage Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        Store = await OpenAsync("node-1");
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_record_comes_back_as_it_was_written()
    {
        var (full, bare) = (Full(), Bare());
        await Store.WriteAsync(Batch(full, bare), Token);
        (await Store.Reader.GetAsync(null, full.RequestId, Token)).ShouldBeEquivalentTo(full);
        (await Store.Reader.GetAsync(null, bare.RequestId, Token)).ShouldBeEquivalentTo(bare);
    }

    [Fact]
    public async Task A_record_is_found_for_its_own_organisation_only()
    {
        var record = Full();
        await Store.WriteAsync(Batch(record), Token);
        (await Store.Reader.GetAsync("org_1", record.RequestId, Token)).ShouldNotBeNull();
        (await Store.Reader.GetAsync("org_2", record.RequestId, Token)).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("req_")]
    [InlineData("req_ZZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData("'; drop table record_days; --")]
    [InlineData("req_\0")]
    public async Task An_id_that_no_record_has_is_found_nowhere(string id)
    {
        await Store.WriteAsync(Batch(Full()), Token);
        (await Store.Reader.GetAsync(null, id, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Only_calls_that_count_are_counted_by_key_and_day()
    {
        var other = Full(key: "key_2");
        var yesterday = Full();
        yesterday.Day = Today - 1;
        await Store.WriteAsync(Batch(Full(), Full(state: CallState.Estimated), Full(state: CallState.Refused), Full(state: CallState.Released), other, yesterday, Bare()), Token);
        await Store.WriteAsync(Batch(Full()), Token);
        (await Store.Reader.CountsAsync("key_1", Today, Token)).ShouldBe(3);
        (await Store.Reader.CountsAsync("key_2", Today, Token)).ShouldBe(1);
        (await Store.Reader.CountsAsync("key_1", Today - 1, Token)).ShouldBe(1);
        (await Store.Reader.CountsAsync("key_3", Today, Token)).ShouldBe(0);
        (await Store.ReadStateAsync(Today, Token)).Counts.OrderBy(c => c.KeyId).ShouldBe([new("key_1", Today, 3), new("key_2", Today, 1)]);
    }

    [Fact]
    public async Task A_batch_sent_again_changes_nothing()
    {
        var batch = Batch(Full(), Full(state: CallState.Estimated), Bare());
        for (var i = 0; i < 3; i++) await Store.WriteAsync(batch, Token);
        (await Store.Reader.ListAsync(new RecordFilter(), null, 100, Token)).Records.Count.ShouldBe(3);
        (await Store.Reader.CountsAsync("key_1", Today, Token)).ShouldBe(2);
    }

    [Fact]
    public async Task The_same_id_twice_in_one_batch_is_kept_and_counted_once()
    {
        var record = Full();
        await Store.WriteAsync(Batch(record, record), Token);
        (await Store.Reader.CountsAsync("key_1", Today, Token)).ShouldBe(1);
    }

    [Fact]
    public async Task A_record_already_there_keeps_its_first_form_and_counter()
    {
        var first = Full(state: CallState.Released);
        var second = Full();
        second.RequestId = first.RequestId;
        await Store.WriteAsync(Batch(first), Token);
        await Store.WriteAsync(Batch(second), Token);
        (await Store.Reader.GetAsync(null, first.RequestId, Token))!.State.ShouldBe(CallState.Released);
        (await Store.Reader.CountsAsync("key_1", Today, Token)).ShouldBe(0);
    }

    [Fact]
    public async Task A_fresh_store_begins_at_the_beginning()
    {
        var state = await Store.ReadStateAsync(0, Token);
        state.Position.ShouldBe(default);
        state.OpenIntents.ShouldBeEmpty();
        state.Counts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Position_and_open_intents_are_there_after_a_restart_until_they_are_closed()
    {
        var (one, two) = (Full(), Full());
        var (first, second) = (Intent(one.RequestId), Intent(two.RequestId));
        await Store.WriteAsync(new LedgerBatch([], [first, second], [], new JournalPosition(3, 4_000_000_000)), Token);
        await using (var restarted = await OpenAsync("node-1"))
        {
            var state = await restarted.ReadStateAsync(Today, Token);
            state.Position.ShouldBe(new JournalPosition(3, 4_000_000_000));
            state.OpenIntents.OrderBy(i => i.RequestId).ShouldBeEquivalentTo(new[] { first, second }.OrderBy(i => i.RequestId));
            await restarted.WriteAsync(new LedgerBatch([one], [], [one.RequestId], new JournalPosition(4, 0)), Token);
        }
        var after = await Store.ReadStateAsync(Today, Token);
        after.Position.ShouldBe(new JournalPosition(4, 0));
        after.OpenIntents.ShouldHaveSingleItem().RequestId.ShouldBe(two.RequestId);
    }

    [Fact]
    public async Task A_batch_that_fails_leaves_nothing_behind_and_the_next_one_is_taken()
    {
        var good = Full();
        var bad = Bare();
        bad.Endpoint = null!;
        await Should.ThrowAsync<DbException>(async () => await Store.WriteAsync(new LedgerBatch([good, bad], [Intent("req_open")], [], new JournalPosition(9, 9)), Token));
        (await Store.Reader.GetAsync(null, good.RequestId, Token)).ShouldBeNull();
        (await Store.Reader.CountsAsync("key_1", Today, Token)).ShouldBe(0);
        var state = await Store.ReadStateAsync(Today, Token);
        state.Position.ShouldBe(default);
        state.OpenIntents.ShouldBeEmpty();
        await Store.WriteAsync(Batch(good), Token);
        (await Store.Reader.CountsAsync("key_1", Today, Token)).ShouldBe(1);
    }

    [Fact]
    public async Task Hostile_texts_do_not_hold_up_the_records_behind_them()
    {
        var hostile = Full();
        (hostile.ModelAsked, hostile.ClientIp, hostile.FinishReason) = ("a\0b\ud800c", "", "密钥\U0001F600'; drop table x; --");
        var intent = new CallIntent { RequestId = "req_x", StartedAtMs = 1, OrganisationId = "o", ProjectId = "p", KeyId = "k", Day = 1, Endpoint = "e", Stream = false, ModelAsked = "\0\udfff", ClientIp = null, PromptTokensEstimate = 0 };
        await Store.WriteAsync(new LedgerBatch([hostile], [intent], [], default), Token);
        var read = (await Store.Reader.GetAsync(null, hostile.RequestId, Token))!;
        read.ModelAsked.ShouldBe("a\ufffdb\ufffdc");
        read.ClientIp.ShouldBe("");
        read.FinishReason.ShouldBe("密钥\U0001F600'; drop table x; --");
        (await Store.ReadStateAsync(0, Token)).OpenIntents.ShouldHaveSingleItem().ModelAsked.ShouldBe("\ufffd\ufffd");
    }

    [Fact]
    public async Task Records_of_many_days_are_listed_newest_first_page_by_page_without_gaps()
    {
        var records = Enumerable.Range(0, 60).Select(i => Full(Noon.AddHours(-5 * i))).ToArray();
        await Store.WriteAsync(Batch(records), Token);
        foreach (var limit in new[] { 1, 7, 60, 1_000 })
            (await AllAsync(new RecordFilter(), limit)).Select(r => r.RequestId).ShouldBe(records.Select(r => r.RequestId));
    }

    [Fact]
    public async Task Records_older_than_one_page_looks_back_are_reached_by_the_cursor()
    {
        var records = Enumerable.Range(0, 100).Select(i => Full(Noon.AddDays(-i), key: i == 99 ? "key_old" : "key_1")).ToArray();
        await Store.WriteAsync(Batch(records), Token);
        (await AllAsync(new RecordFilter { KeyId = "key_old" }, 10)).ShouldHaveSingleItem().RequestId.ShouldBe(records[99].RequestId);
    }

    [Fact]
    public async Task Each_filter_keeps_what_it_names_and_nothing_else()
    {
        var (a, b, c) = (Full(Noon), Full(Noon.AddMinutes(1), key: "key_2", status: 429, model: "gpt-4o"), Full(Noon.AddMinutes(2), organisation: "org_2"));
        (a.ProjectId, c.ModelUsed) = ("prj_2", "other");
        await Store.WriteAsync(Batch(a, b, c), Token);
        await ListsAsync(new RecordFilter { KeyId = "key_2" }, b);
        await ListsAsync(new RecordFilter { ProjectId = "prj_2" }, a);
        await ListsAsync(new RecordFilter { Status = 429 }, b);
        await ListsAsync(new RecordFilter { Model = "gpt-4o" }, b);
        await ListsAsync(new RecordFilter { Model = "other" }, c);
        await ListsAsync(new RecordFilter { OrganisationId = "org_1" }, b, a);
        await ListsAsync(new RecordFilter { FromMs = b.StartedAtMs }, c, b);
        await ListsAsync(new RecordFilter { ToMs = b.StartedAtMs }, a);
        await ListsAsync(new RecordFilter { FromMs = a.StartedAtMs, ToMs = c.StartedAtMs, KeyId = "key_1", Model = "deepseek-chat", Status = 200, OrganisationId = "org_1" }, a);
        await ListsAsync(new RecordFilter { FromMs = long.MinValue / 2, ToMs = long.MaxValue / 2 }, c, b, a);
        await ListsAsync(new RecordFilter { Model = "'; drop table records; --" });
    }

    [Fact]
    public async Task A_list_holds_what_lies_in_one_of_the_windows_and_fits_the_filter()
    {
        RequestRecord Of(int daysAgo, string project, string endpoint = "POST /v1/chat/completions", int status = 200, string? error = null)
        {
            var record = Full(Noon.AddDays(-daysAgo), status: status);
            (record.ProjectId, record.Endpoint, record.ErrorCode) = (project, endpoint, error);
            return record;
        }

        var (a1, a8, b8, b31, c1) = (Of(1, "prj_a"), Of(8, "prj_a", "POST /v1/embeddings"), Of(8, "prj_b", status: 429, error: "rate_limit_exceeded"), Of(31, "prj_b", status: 503), Of(1, "prj_c"));
        await Store.WriteAsync(Batch(a1, a8, b8, b31, c1), Token);
        RecordWindow Window(int? days, params string[] projects) => new(projects.Length == 0 ? null : projects, days is { } d ? Noon.AddDays(-d).ToUnixTimeMilliseconds() : null);
        await SeesAsync(null, a1, a8, b8, b31, c1);
        await SeesAsync([]);
        await SeesAsync([new RecordWindow([], null)]);
        await SeesAsync([Window(null)], a1, a8, b8, b31, c1);
        await SeesAsync([Window(7)], a1, c1);
        await SeesAsync([Window(7, "prj_a"), Window(30, "prj_b")], a1, b8);
        await SeesAsync([Window(null, "prj_a", "prj_b")], a1, a8, b8, b31);
        await SeesAsync([Window(7), Window(null, "prj_b")], a1, c1, b8, b31);
        await SeesAsync([Window(null, "'; drop table records; --")]);
        await FindsAsync(new RecordFilter { Endpoint = "POST /v1/embeddings" }, a8);
        await FindsAsync(new RecordFilter { ErrorCode = "rate_limit_exceeded" }, b8);
        await FindsAsync(new RecordFilter { StatusMin = 400, StatusMax = 499 }, b8);
        await FindsAsync(new RecordFilter { StatusMin = 400, Windows = [Window(30)] }, b8);

        Task SeesAsync(RecordWindow[]? windows, params RequestRecord[] expected) => FindsAsync(new RecordFilter { Windows = windows }, expected);

        async Task FindsAsync(RecordFilter filter, params RequestRecord[] expected)
        {
            (await AllAsync(filter, 2)).Select(r => r.RequestId).ShouldBe(expected.Select(r => r.RequestId), ignoreOrder: true);
            foreach (var record in new[] { a1, a8, b8, b31, c1 }.Where(_ => filter is { Endpoint: null, ErrorCode: null, StatusMin: null, Windows: not null }))
                filter.Windows!.Any(w => w.Holds(record)).ShouldBe(expected.Contains(record));
        }
    }

    [Fact]
    public async Task Several_values_a_beginning_and_a_text_find_what_has_one_of_them()
    {
        var (a, b, c) = (Full(Noon), Full(Noon.AddMinutes(1), key: "key_2", status: 429, model: "gpt-4o"), Full(Noon.AddMinutes(2), key: "key_3", status: 503));
        (a.ErrorCode, c.ModelUsed, b.ErrorCode, c.ErrorCode) = (null, "other", "rate_limit_exceeded", "gpt-4o");
        await Store.WriteAsync(Batch(a, b, c), Token);
        await ListsAsync(new RecordFilter { KeyIds = ["key_2"] }, b);
        await ListsAsync(new RecordFilter { KeyIds = ["key_1", "key_3"] }, c, a);
        await ListsAsync(new RecordFilter { KeyIds = [] });
        await ListsAsync(new RecordFilter { Models = ["gpt-4o", "other"] }, c, b);
        await ListsAsync(new RecordFilter { Statuses = [200, 503] }, c, a);
        await ListsAsync(new RecordFilter { StatusClasses = [4, 5] }, c, b);
        await ListsAsync(new RecordFilter { StatusClasses = [4], Statuses = [503] });
        await ListsAsync(new RecordFilter { Text = "gpt-4o" }, c, b);
        await ListsAsync(new RecordFilter { Text = "rate_limit_exceeded" }, b);
        await ListsAsync(new RecordFilter { IdBegins = b.RequestId }, b);
        await ListsAsync(new RecordFilter { IdBegins = b.RequestId[..14] }, b);
        await ListsAsync(new RecordFilter { IdBegins = "req_" }, c, b, a);
        await ListsAsync(new RecordFilter { IdBegins = "req_zz" });
        await ListsAsync(new RecordFilter { IdBegins = "'; drop table record_days; --" });
    }

    [Fact]
    public async Task Oldest_first_is_the_same_list_turned_round_over_days_pages_and_searches_that_stop()
    {
        var records = Enumerable.Range(0, 130).Select(i => Full(Noon.AddHours(-13 * i), key: i % 30 == 0 ? "key_rare" : "key_1", status: i % 7 == 0 ? 500 : 200)).ToArray();
        await Store.WriteAsync(Batch(records), Token);
        foreach (var filter in new[] { new RecordFilter(), new RecordFilter { KeyIds = ["key_rare"] }, new RecordFilter { StatusClasses = [5] }, new RecordFilter { FromMs = Noon.AddDays(-20).ToUnixTimeMilliseconds(), ToMs = Noon.AddDays(-3).ToUnixTimeMilliseconds() } })
        {
            var expected = (await AllAsync(filter, 7)).Select(r => r.RequestId).Reverse().ToList();
            expected.ShouldNotBeEmpty();
            (await AllAsync(filter, 7, oldestFirst: true)).Select(r => r.RequestId).ShouldBe(expected, filter.ToString());
        }
    }

    [Fact]
    public async Task Oldest_first_goes_on_behind_a_search_that_stopped()
    {
        await Store.WriteAsync(Batch([.. Enumerable.Range(0, 25_000).Select(i => Full(Noon.AddMilliseconds(i)))]), Token);
        var rare = Full(Noon.AddMinutes(10), status: 418);
        await Store.WriteAsync(Batch(rare), Token);
        (await Store.Reader.ListAsync(new RecordFilter { Status = 418 }, null, 10, Token, oldestFirst: true)).NextCursor.ShouldNotBeNull();
        (await AllAsync(new RecordFilter { Status = 418 }, 10, oldestFirst: true)).ShouldHaveSingleItem().RequestId.ShouldBe(rare.RequestId);
    }

    [Fact]
    public async Task A_search_for_something_rare_stops_in_good_time_and_goes_on_with_the_cursor()
    {
        var rare = Full(Noon.AddMinutes(-10), status: 418);
        await Store.WriteAsync(Batch(rare), Token);
        await Store.WriteAsync(Batch([.. Enumerable.Range(0, 25_000).Select(i => Full(Noon.AddMilliseconds(i)))]), Token);
        var first = await Store.Reader.ListAsync(new RecordFilter { Status = 418 }, null, 10, Token);
        first.Records.ShouldBeEmpty();
        first.NextCursor.ShouldNotBeNull();
        (await AllAsync(new RecordFilter { Status = 418 }, 10)).ShouldHaveSingleItem().RequestId.ShouldBe(rare.RequestId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("req_\0\ud800")]
    public async Task A_cursor_that_is_none_gives_a_page_and_no_exception(string cursor)
    {
        await Store.WriteAsync(Batch(Full()), Token);
        (await Store.Reader.ListAsync(new RecordFilter(), cursor, 10, Token)).Records.Count.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Records_whose_ids_say_no_time_are_kept_by_when_they_began()
    {
        var odd = Full();
        odd.RequestId = "req_1";
        for (var i = 0; i < 2; i++) await Store.WriteAsync(Batch(odd), Token);
        (await Store.Reader.GetAsync(null, "req_1", Token)).ShouldBeEquivalentTo(odd);
        (await Store.Reader.CountsAsync("key_1", Today, Token)).ShouldBe(1);
    }

    [Fact]
    public async Task Old_days_are_dropped_whole_and_later_ones_stay()
    {
        var days = Enumerable.Range(0, 5).Select(i => Full(Noon.AddDays(-i))).ToArray();
        for (var i = 0; i < days.Length; i++) days[i].Day = Today - i;
        await Store.WriteAsync(Batch(days), Token);
        (await Store.DropBeforeAsync(Today - 1, Token)).ShouldBe(3);
        (await AllAsync(new RecordFilter(), 10)).Select(r => r.RequestId).ShouldBe([days[0].RequestId, days[1].RequestId]);
        (await Store.ReadStateAsync(0, Token)).Counts.Select(c => c.Day).Order().ShouldBe([Today - 2, Today - 1, Today]);
        // A record that comes late finds its day made again.
        await Store.WriteAsync(Batch(days[4]), Token);
        (await Store.Reader.GetAsync(null, days[4].RequestId, Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Readers_and_the_writer_do_not_get_into_each_others_way()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested) await Store.Reader.ListAsync(new RecordFilter { KeyId = "key_1" }, null, 50, Token);
        }, Token);
        for (var i = 0; i < 20; i++) await Store.WriteAsync(Batch([.. Enumerable.Range(0, 50).Select(_ => Full())]), Token);
        await ended.CancelAsync();
        await reading;
        (await Store.Reader.CountsAsync("key_1", Today, Token)).ShouldBe(1_000);
    }

    protected async Task<RecordStorage> OpenAsync(string node)
    {
        var store = RecordStorage.Open(_database, Path.Combine(_folder, "records.db"), node, TimeProvider.System);
        await store.PrepareAsync(Token);
        return store;
    }

    private async Task<List<RequestRecord>> AllAsync(RecordFilter filter, int limit, bool oldestFirst = false)
    {
        var all = new List<RequestRecord>();
        string? cursor = null;
        do
        {
            var page = await Store.Reader.ListAsync(filter, cursor, limit, Token, oldestFirst);
            page.Records.Count.ShouldBeLessThanOrEqualTo(limit);
            all.AddRange(page.Records);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return all;
    }

    private async Task ListsAsync(RecordFilter filter, params RequestRecord[] records) =>
        (await AllAsync(filter, 10)).Select(r => r.RequestId).ShouldBe(records.Select(r => r.RequestId), filter.ToString());
}

public sealed class SqliteRecordStoreTests : RecordStoreContract
{
    private readonly SqliteBackend _backend;

    public SqliteRecordStoreTests() : this(new SqliteBackend()) { }

    private SqliteRecordStoreTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _backend.Dispose();
    }
}

public sealed class PostgresRecordStoreTests() : RecordStoreContract(new PostgresBackend())
{
    [Fact]
    public async Task Two_nodes_share_the_counters_and_nothing_else()
    {
        await using var other = await OpenAsync("node-2");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            var store = i % 2 == 0 ? Store : other;
            await store.WriteAsync(new LedgerBatch([Full(), Full(key: "key_2"), Full(Noon.AddDays(i))], [Intent($"req_{i}")], [], new JournalPosition(i, 0)), Token);
        }));
        (await Store.Reader.CountsAsync("key_1", Today, Token)).ShouldBe(20);
        (await Store.Reader.CountsAsync("key_2", Today, Token)).ShouldBe(10);
        (await Store.ReadStateAsync(0, Token)).OpenIntents.Select(i => i.RequestId).Order().ShouldBe(["req_0", "req_2", "req_4", "req_6", "req_8"]);
        (await other.ReadStateAsync(0, Token)).OpenIntents.Count.ShouldBe(5);
    }
}
