using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Tests.Ledger;

public sealed class CallLedgerTests : IDisposable
{
    private readonly LedgerBed _bed = new();
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task A_settled_call_is_kept_as_it_was()
    {
        await using var ledger = await _bed.StartAsync();
        var intent = _bed.Intent();
        await ledger.ReserveAsync(intent);
        var record = LedgerBed.Settled(intent);
        ledger.Settle(record);
        await ledger.DrainNowAsync(Stop);
        _bed.Store.ShouldHold(record);
        _bed.Store.Open.ShouldBeEmpty();
        ledger.OpenIntents.ShouldBe(0);
        ledger.PendingBytes.ShouldBe(0);
    }

    [Fact]
    public async Task A_refused_call_is_kept_without_a_reservation()
    {
        await using var ledger = await _bed.StartAsync();
        var record = _bed.Refused();
        ledger.Settle(record);
        await ledger.DrainNowAsync(Stop);
        _bed.Store.ShouldHold(record);
    }

    [Fact]
    public async Task Entries_reach_the_store_by_themselves()
    {
        await using var ledger = await _bed.StartAsync(options => options.DrainInterval = TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < 3; i++)
        {
            var record = _bed.Refused();
            ledger.Settle(record);
            while (!_bed.Store.Records.ContainsKey(record.RequestId)) await Task.Delay(5, Stop);
        }
    }

    [Fact]
    public async Task Many_entries_do_not_wait_for_the_interval()
    {
        await using var ledger = await _bed.StartAsync(options => options.DrainEntries = 50);
        for (var i = 0; i < 50; i++) ledger.Settle(_bed.Refused());
        while (_bed.Store.Records.Count < 50) await Task.Delay(5, Stop);
    }

    [Fact]
    public async Task An_open_call_is_in_the_store_and_closed_by_its_record()
    {
        await using var ledger = await _bed.StartAsync();
        var intent = _bed.Intent();
        await ledger.ReserveAsync(intent);
        await ledger.DrainNowAsync(Stop);
        _bed.Store.Open.ShouldBe([intent.RequestId]);
        ledger.Settle(LedgerBed.Settled(intent));
        await ledger.DrainNowAsync(Stop);
        _bed.Store.Open.ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_two_records_for_one_call_the_first_is_kept()
    {
        await using var ledger = await _bed.StartAsync();
        var intent = _bed.Intent();
        await ledger.ReserveAsync(intent);
        ledger.Settle(LedgerBed.Settled(intent, 1));
        ledger.Settle(LedgerBed.Settled(intent, 2));
        await ledger.DrainNowAsync(Stop);
        ledger.Settle(LedgerBed.Settled(intent, 3));
        await ledger.DrainNowAsync(Stop);
        _bed.Store.Records[intent.RequestId].CompletionTokens.ShouldBe(1);
        _bed.Store.ShouldHoldCountsOfItsRecords();
    }

    [Fact]
    public async Task A_record_object_may_be_used_again_at_once()
    {
        await using var ledger = await _bed.StartAsync();
        var record = _bed.Refused();
        var first = record.RequestId;
        ledger.Settle(record);
        record.RequestId = _bed.Refused().RequestId;
        record.Status = 403;
        ledger.Settle(record);
        await ledger.DrainNowAsync(Stop);
        _bed.Store.Records[first].Status.ShouldBe(401);
        _bed.Store.Records.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(LedgerDurability.Process), InlineData(LedgerDurability.Power)]
    public async Task Calls_of_many_threads_are_each_kept_exactly_once_over_many_segments(LedgerDurability durability)
    {
        await using var ledger = await _bed.StartAsync(options =>
        {
            options.Durability = durability;
            options.DrainInterval = TimeSpan.FromMilliseconds(5);
        });
        var calls = durability == LedgerDurability.Power ? 100 : 1000;
        var settled = new RequestRecord[8 * calls];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < calls; i++)
            {
                var intent = _bed.Intent($"key_{thread % 3}");
                await ledger.ReserveAsync(intent);
                ledger.Settle(settled[thread * calls + i] = LedgerBed.Settled(intent, i));
            }
        })));
        await ledger.DrainNowAsync(Stop);
        foreach (var record in settled.Where((_, i) => i % 37 == 0)) _bed.Store.ShouldHold(record);
        _bed.Store.Records.Count.ShouldBe(settled.Length);
        _bed.Store.Open.ShouldBeEmpty();
        _bed.Store.ShouldHoldCountsOfItsRecords();
        _bed.Segments().Length.ShouldBeLessThan(6, "drained segments are removed");
    }

    [Fact]
    public async Task Power_durability_waits_for_the_flush()
    {
        await using var ledger = await _bed.StartAsync(options => options.Durability = LedgerDurability.Power);
        ledger.LastFlush.ShouldBe(DateTimeOffset.MinValue);
        await ledger.ReserveAsync(_bed.Intent());
        ledger.LastFlush.ShouldBeGreaterThan(DateTimeOffset.MinValue);
    }

    [Fact]
    public async Task Process_durability_completes_at_once()
    {
        await using var ledger = await _bed.StartAsync();
        var reserving = ledger.ReserveAsync(_bed.Intent()).AsTask();
        reserving.IsCompletedSuccessfully.ShouldBeTrue();
        await reserving;
    }

    [Fact]
    public async Task While_the_store_fails_everything_stays_in_the_journal()
    {
        await using var ledger = await _bed.StartAsync();
        _bed.Store.FailBefore = 3;
        var records = Enumerable.Range(0, 300).Select(_ => _bed.Refused()).ToArray();
        foreach (var record in records) ledger.Settle(record);
        await ledger.DrainNowAsync(Stop);
        _bed.Store.Records.Count.ShouldBe(300);
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_is_not_kept_twice()
    {
        await using var ledger = await _bed.StartAsync();
        var intent = _bed.Intent();
        await ledger.ReserveAsync(intent);
        _bed.Store.FailAfter = 1;
        var draining = ledger.DrainNowAsync(Stop);
        while (_bed.Store.Open.Count == 0) await Task.Delay(1, Stop);
        ledger.Settle(LedgerBed.Settled(intent));
        await draining;
        await ledger.DrainNowAsync(Stop);
        _bed.Store.Open.ShouldBeEmpty();
        _bed.Store.Records.Count.ShouldBe(1);
        _bed.Store.ShouldHoldCountsOfItsRecords();
    }

    [Fact]
    public async Task A_journal_that_may_not_grow_refuses_reservations_and_still_settles_every_open_call()
    {
        await using var ledger = await _bed.StartAsync(options =>
        {
            options.SegmentBytes = 1024 * 1024;
            options.JournalBytesMax = 3 * 1024 * 1024;
            options.DrainInterval = TimeSpan.FromMilliseconds(5);
        });
        _bed.Store.FailBefore = int.MaxValue;
        var open = new List<CallIntent>();
        var refused = await Should.ThrowAsync<LedgerUnavailableException>(async () =>
        {
            while (true)
            {
                var intent = _bed.Intent();
                await ledger.ReserveAsync(intent);
                open.Add(intent);
            }
        });
        refused.Message.ShouldContain(_bed.Folder);
        open.Count.ShouldBeGreaterThan(40);
        for (var i = 0; i < 5000; i++) ledger.Settle(_bed.Refused());
        foreach (var intent in open) ledger.Settle(LedgerBed.Settled(intent));

        _bed.Store.FailBefore = 0;
        await ledger.DrainNowAsync(Stop);
        foreach (var intent in open) _bed.Store.ShouldHold(LedgerBed.Settled(intent));
        ledger.DroppedRecords.ShouldBeGreaterThan(0);
        var dropped = ledger.DroppedRecords;

        // With room again everything goes on, and what waited in memory is kept.
        while (true)
        {
            try
            {
                var again = _bed.Intent();
                await ledger.ReserveAsync(again);
                ledger.Settle(LedgerBed.Settled(again));
                break;
            }
            catch (LedgerUnavailableException)
            {
                await Task.Delay(50, Stop);
            }
        }
        while (_bed.Store.Records.Count < open.Count + 5000 - dropped + 1)
        {
            await ledger.DrainNowAsync(Stop);
            await Task.Delay(20, Stop);
        }
        ledger.DroppedRecords.ShouldBe(dropped);
    }

    [Fact]
    public async Task More_open_calls_than_a_segment_has_room_for_are_all_settled()
    {
        await using var ledger = await _bed.StartAsync();
        var open = Enumerable.Range(0, 500).Select(_ => _bed.Intent()).ToArray();
        await Task.WhenAll(open.Select(intent => ledger.ReserveAsync(intent).AsTask()));
        ledger.OpenIntents.ShouldBe(500);
        foreach (var intent in open) ledger.Settle(LedgerBed.Settled(intent));
        await ledger.DrainNowAsync(Stop);
        _bed.Store.Records.Count.ShouldBe(500);
    }

    [Fact]
    public async Task After_the_end_reservations_are_refused_and_settlements_harmless()
    {
        var ledger = await _bed.StartAsync();
        var intent = _bed.Intent();
        await ledger.ReserveAsync(intent);
        await ledger.StopAsync(Stop);
        await Should.ThrowAsync<LedgerUnavailableException>(async () => await ledger.ReserveAsync(_bed.Intent()));
        ledger.Settle(LedgerBed.Settled(intent));
        await ledger.StopAsync(Stop);
    }

    [Fact]
    public async Task A_stop_with_the_store_away_ends_in_time_and_loses_nothing()
    {
        var ledger = await _bed.StartAsync();
        var record = _bed.Refused();
        ledger.Settle(record);
        _bed.Store.FailBefore = int.MaxValue;
        using var limit = new CancellationTokenSource(200);
        await ledger.StopAsync(limit.Token);
        _bed.Store.FailBefore = 0;
        await using var next = await _bed.StartAsync();
        _bed.Store.ShouldHold(record);
    }

    [Fact]
    public async Task A_reservation_and_its_settlement_allocate_next_to_nothing()
    {
        await using var ledger = await _bed.StartAsync(options => options.SegmentBytes = 4 * 1024 * 1024);
        var intent = _bed.Intent();
        var record = LedgerBed.Settled(intent);
        for (var i = 0; i < 50; i++) Call();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Call();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(8 * 1024);

        void Call()
        {
            var reserving = ledger.ReserveAsync(intent);
            if (!reserving.IsCompletedSuccessfully) throw new InvalidOperationException("A reservation waited.");
            ledger.Settle(record);
        }
    }
}
