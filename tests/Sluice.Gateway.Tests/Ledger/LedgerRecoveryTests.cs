using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Tests.Ledger;

public sealed class LedgerRecoveryTests : IDisposable
{
    private readonly LedgerBed _bed = new();
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task A_call_open_when_the_process_died_is_kept_as_estimated_and_counted_on_its_day()
    {
        var today = DateOnly.FromDateTime(DateTime.UtcNow).DayNumber;
        var ledger = await _bed.StartAsync();
        var intent = _bed.Intent(day: today);
        await ledger.ReserveAsync(intent);
        await ledger.AbandonAsync();

        await using var next = _bed.New();
        var counts = await next.StartAsync(Stop);
        var record = _bed.Store.Records[intent.RequestId];
        record.State.ShouldBe(CallState.Estimated);
        record.Status.ShouldBe(500);
        record.ErrorCode.ShouldBe("interrupted");
        record.PromptTokens.ShouldBe(intent.PromptTokensEstimate);
        record.TokenSource.ShouldBe(TokenSource.Estimated);
        record.ModelAsked.ShouldBe(intent.ModelAsked);
        counts.ShouldBe([new DayCount(intent.KeyId, today, 1)]);
        _bed.Store.Open.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_settled_but_not_drained_is_kept_by_the_next_start()
    {
        var ledger = await _bed.StartAsync();
        var settled = new List<RequestRecord>();
        for (var i = 0; i < 700; i++)
        {
            var intent = _bed.Intent();
            await ledger.ReserveAsync(intent);
            settled.Add(LedgerBed.Settled(intent, i));
            ledger.Settle(settled[^1]);
        }
        await ledger.AbandonAsync();
        await using var next = await _bed.StartAsync(options => options.BatchEntriesMax = 100);
        foreach (var record in settled) _bed.Store.ShouldHold(record);
        _bed.Store.Records.Count.ShouldBe(700);
        _bed.Store.LargestBatch.ShouldBeLessThanOrEqualTo(100);
    }

    [Fact]
    public async Task An_intent_drained_by_the_last_run_is_ended_by_this_one()
    {
        var ledger = await _bed.StartAsync();
        var intent = _bed.Intent();
        await ledger.ReserveAsync(intent);
        await ledger.DrainNowAsync(Stop);
        await ledger.AbandonAsync();
        foreach (var file in _bed.Segments()) File.Delete(file);
        await using var next = await _bed.StartAsync();
        _bed.Store.Records[intent.RequestId].ErrorCode.ShouldBe("interrupted");
    }

    [Fact]
    public async Task A_recovery_that_fails_anywhere_is_simply_done_again()
    {
        var ledger = await _bed.StartAsync();
        var all = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            var intent = _bed.Intent();
            all.Add(intent.RequestId);
            await ledger.ReserveAsync(intent);
            if (i % 2 == 0) ledger.Settle(LedgerBed.Settled(intent));
        }
        await ledger.AbandonAsync();
        var attempts = 0;
        while (true)
        {
            var failing = new FailingAfter(_bed.Store, attempts++);
            await using var next = _bed.New(options => options.BatchEntriesMax = 7, failing);
            try
            {
                await next.StartAsync(Stop);
                break;
            }
            catch (IOException)
            {
                // As if killed there: the next one goes on.
            }
        }
        attempts.ShouldBeGreaterThan(3);
        _bed.Store.Records.Keys.Order().ShouldBe(all.Order());
        _bed.Store.Records.Values.Count(r => r.State == CallState.Settled).ShouldBe(30);
        _bed.Store.Open.ShouldBeEmpty();
        _bed.Store.ShouldHoldCountsOfItsRecords();
    }

    private sealed class FailingAfter(IRecordStore store, int writes) : IRecordStore
    {
        private int _left = writes;

        public ValueTask<LedgerState> ReadStateAsync(int sinceDay, CancellationToken cancellationToken) => store.ReadStateAsync(sinceDay, cancellationToken);

        public ValueTask WriteAsync(LedgerBatch batch, CancellationToken cancellationToken)
            => _left-- > 0 ? store.WriteAsync(batch, cancellationToken) : throw new IOException("killed here");
    }

    [Fact]
    public async Task A_torn_tail_hides_nothing_that_came_before_or_in_later_segments()
    {
        var first = await _bed.StartAsync();
        var (kept, torn) = (_bed.Intent(), _bed.Intent());
        await first.ReserveAsync(kept);
        first.Settle(LedgerBed.Settled(kept));
        var before = first.JournalEnd;
        await first.ReserveAsync(torn);
        await first.AbandonAsync();
        using (var file = new FileStream(_bed.Segments()[0], FileMode.Open)) file.SetLength(before.Offset + 20);
        // A segment after it, as when the process that found the torn one was killed before it had drained anything.
        var later = _bed.Intent();
        var path = Path.Combine(_bed.Folder, "00000002.journal");
        File.Delete(path);
        WriteSegment(path, 2, later);

        await using var next = await _bed.StartAsync();
        _bed.Store.ShouldHold(LedgerBed.Settled(kept));
        _bed.Store.Records.ShouldContainKey(later.RequestId);
        _bed.Store.Records.ShouldNotContainKey(torn.RequestId);
    }

    [Fact]
    public async Task Damage_in_the_middle_costs_only_what_it_hit_and_the_file_is_set_aside()
    {
        var ledger = await _bed.StartAsync();
        var intents = Enumerable.Range(0, 9).Select(_ => _bed.Intent()).ToArray();
        var places = new List<long>();
        foreach (var intent in intents)
        {
            places.Add(ledger.JournalEnd.Offset);
            await ledger.ReserveAsync(intent);
        }
        await ledger.AbandonAsync();
        using (var file = new FileStream(_bed.Segments()[0], FileMode.Open))
        {
            file.Position = places[4];
            file.Write(Enumerable.Repeat((byte)0xA5, (int)(places[5] - places[4])).ToArray());
        }
        await using var next = await _bed.StartAsync();
        _bed.Store.Records.Keys.Order().ShouldBe(intents.Where((_, i) => i != 4).Select(i => i.RequestId).Order());
        File.Exists(Path.Combine(_bed.Folder, "00000001.journal.damaged")).ShouldBeTrue();
    }

    [Fact]
    public async Task Empty_short_and_garbage_segments_are_passed_over()
    {
        var ledger = await _bed.StartAsync();
        var intent = _bed.Intent();
        await ledger.ReserveAsync(intent);
        await ledger.AbandonAsync();
        File.WriteAllBytes(Path.Combine(_bed.Folder, "00000005.journal"), []);
        File.WriteAllBytes(Path.Combine(_bed.Folder, "00000006.journal"), new byte[70_000]);
        var garbage = new byte[50_001];
        new Random(1).NextBytes(garbage);
        File.WriteAllBytes(Path.Combine(_bed.Folder, "00000007.journal"), garbage);
        File.WriteAllBytes(Path.Combine(_bed.Folder, "00000008.journal"), [1, 2, 3]);
        File.WriteAllText(Path.Combine(_bed.Folder, "notes.journal"), "not ours");

        await using var next = await _bed.StartAsync();
        _bed.Store.Records.Keys.ShouldBe([intent.RequestId]);
        Directory.GetFiles(_bed.Folder).Select(Path.GetFileName).Order().ShouldContain("00000007.journal.damaged");
        var record = _bed.Refused();
        next.Settle(record);
        await next.DrainNowAsync(Stop);
        _bed.Store.ShouldHold(record);
    }

    [Fact]
    public async Task A_store_that_is_ahead_of_the_files_is_believed()
    {
        _bed.Store.Position = new JournalPosition(41, 5000);
        await using (var ledger = await _bed.StartAsync())
        {
            ledger.Settle(_bed.Refused());
            await ledger.DrainNowAsync(Stop);
        }
        _bed.Store.Position.Segment.ShouldBeGreaterThan(41);
        _bed.Store.Records.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_segment_of_a_newer_version_stops_the_start()
    {
        Directory.CreateDirectory(_bed.Folder);
        var head = new byte[4096];
        JournalFormat.WriteHead(head, 3);
        BitConverter.TryWriteBytes(head.AsSpan(8), JournalFormat.Version + 1);
        BitConverter.TryWriteBytes(head.AsSpan(24), System.IO.Hashing.XxHash3.HashToUInt64(head.AsSpan(0, 24)));
        File.WriteAllBytes(Path.Combine(_bed.Folder, "00000003.journal"), head);
        await using var ledger = _bed.New();
        (await Should.ThrowAsync<LedgerStartException>(() => ledger.StartAsync(Stop))).Message.ShouldContain("newer version");
        File.Exists(Path.Combine(_bed.Folder, "00000003.journal")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused()
    {
        await using var ledger = await _bed.StartAsync();
        await using var second = _bed.New();
        (await Should.ThrowAsync<LedgerStartException>(() => second.StartAsync(Stop))).Message.ShouldContain("in use by another process");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_stops_the_start()
    {
        File.WriteAllText(_bed.Folder, "a file in the way");
        await using var ledger = _bed.New();
        (await Should.ThrowAsync<LedgerStartException>(() => ledger.StartAsync(Stop))).Message.ShouldContain(_bed.Folder);
    }

    [Fact]
    public async Task Files_are_for_their_owner_only()
    {
        if (OperatingSystem.IsWindows()) return;
        await using var ledger = await _bed.StartAsync();
        foreach (var file in Directory.GetFiles(_bed.Folder)) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(_bed.Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Restarts_leave_no_files_behind()
    {
        for (var i = 0; i < 5; i++)
        {
            var ledger = await _bed.StartAsync();
            await ledger.ReserveAsync(_bed.Intent());
            await ledger.AbandonAsync();
        }
        await (await _bed.StartAsync()).StopAsync(Stop);
        _bed.Segments().Length.ShouldBeLessThanOrEqualTo(2);
        _bed.Store.Records.Count.ShouldBe(5);
    }

    private static void WriteSegment(string path, long number, CallIntent intent)
    {
        var bytes = new byte[8192];
        JournalFormat.WriteHead(bytes, number);
        var payload = RecordCodec.Write(bytes.AsSpan(JournalFormat.HeadBytes + JournalFormat.EntryHeadBytes), intent);
        JournalFormat.Publish(bytes.AsSpan(JournalFormat.HeadBytes), JournalEntryKind.Intent, payload, number, JournalFormat.HeadBytes);
        File.WriteAllBytes(path, bytes);
    }
}
