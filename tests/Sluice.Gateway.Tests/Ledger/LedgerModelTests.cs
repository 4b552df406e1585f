using CsCheck;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;
using Sluice.Gateway.Tests.Records;

namespace Sluice.Gateway.Tests.Ledger;

/// <summary>Random lives of a ledger: calls, drains, failing stores, crashes and damaged tails, against what must be true in the end.</summary>
public class LedgerModelTests
{
    private abstract record Step;
    private sealed record Reserve : Step;
    private sealed record Settle(int Which, int Tokens) : Step;
    private sealed record Refuse : Step;
    private sealed record Drain : Step;
    private sealed record Fail(int Before, int After) : Step;
    private sealed record Crash : Step;
    private sealed record CrashWithDamage(int Entries, int Bit, bool Cut) : Step;

    private static readonly Gen<Step[]> Steps = Gen.Frequency(
        (12, Gen.Const((Step)new Reserve())),
        (10, Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 9], (which, tokens) => (Step)new Settle(which, tokens))),
        (4, Gen.Const((Step)new Refuse())),
        (3, Gen.Const((Step)new Drain())),
        (1, Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1], (before, after) => (Step)new Fail(before, after))),
        (1, Gen.Const((Step)new Crash())),
        (1, Gen.Select(Gen.Int[1, 3], Gen.Int[0, 10_000], Gen.Bool, (entries, bit, cut) => (Step)new CrashWithDamage(entries, bit, cut)))).Array[1, 120];

    private sealed class Call
    {
        public CallIntent? Intent;
        public RequestRecord? Record;
        /// <summary>Damage may have hit the intent: it need not be known.</summary>
        public bool IntentInDoubt;
        /// <summary>Damage may have hit the record: it may be an interrupted call instead.</summary>
        public bool RecordInDoubt;
    }

    [Fact]
    public async Task Every_reserved_call_has_one_record_and_every_settled_one_its_own() => await Steps.SampleAsync(async steps =>
    {
        using var bed = new LedgerBed();
        var ledger = await bed.StartAsync(options => options.BatchEntriesMax = 5);
        var calls = new Dictionary<string, Call>();
        var open = new List<string>();
        // What was written since the last time the journal was known to be empty, with its place.
        var written = new List<(string Id, bool IsIntent, JournalPosition At)>();

        foreach (var step in steps)
        {
            switch (step)
            {
                case Reserve:
                    var intent = bed.Intent($"key_{calls.Count % 3}");
                    written.Add((intent.RequestId, true, ledger.JournalEnd));
                    await ledger.ReserveAsync(intent);
                    calls[intent.RequestId] = new Call { Intent = intent };
                    open.Add(intent.RequestId);
                    break;
                case Settle settle when open.Count > 0:
                    var id = open[settle.Which % open.Count];
                    open.Remove(id);
                    calls[id].Record = LedgerBed.Settled(calls[id].Intent!, settle.Tokens);
                    written.Add((id, false, ledger.JournalEnd));
                    ledger.Settle(calls[id].Record!);
                    break;
                case Refuse:
                    var refused = bed.Refused();
                    calls[refused.RequestId] = new Call { Record = refused };
                    written.Add((refused.RequestId, false, ledger.JournalEnd));
                    ledger.Settle(refused);
                    break;
                case Drain:
                    await ledger.DrainNowAsync();
                    written.Clear();
                    break;
                case Fail fail:
                    bed.Store.FailBefore = fail.Before;
                    bed.Store.FailAfter = fail.After;
                    break;
                case Crash:
                    await RestartAsync();
                    break;
                case CrashWithDamage damage:
                    var end = ledger.JournalEnd;
                    var hit = written.Where(w => w.At.Segment == end.Segment).TakeLast(damage.Entries).ToArray();
                    foreach (var (hitId, isIntent, _) in hit)
                    {
                        if (isIntent) calls[hitId].IntentInDoubt = true;
                        else calls[hitId].RecordInDoubt = true;
                    }
                    await ledger.AbandonAsync();
                    if (hit.Length > 0) Damage(Path.Combine(bed.Folder, $"{end.Segment:D8}.journal"), hit[0].At.Offset, end.Offset, damage);
                    await RestartAsync(abandoned: true);
                    break;
            }
        }
        await RestartAsync();
        await ledger.StopAsync();

        var records = bed.Store.Records;
        bed.Store.Open.ShouldBeEmpty();
        bed.Store.ShouldHoldCountsOfItsRecords();
        foreach (var (id, call) in calls)
        {
            var kept = records.GetValueOrDefault(id);
            if (kept is null)
            {
                (call.RecordInDoubt || call.Record is null).ShouldBeTrue("a settled call is missing");
                (call.IntentInDoubt || call.Intent is null).ShouldBeTrue("a reserved call is missing");
            }
            else if (call.Record is null || kept.ErrorCode == "interrupted")
            {
                kept.ErrorCode.ShouldBe("interrupted");
                (call.Record is null || call.RecordInDoubt).ShouldBeTrue("a settled call was kept as interrupted");
            }
            else
            {
                RecordGens.Text(kept).ShouldBe(RecordGens.Text(call.Record));
            }
        }
        records.Keys.Except(calls.Keys).ShouldBeEmpty();

        async Task RestartAsync(bool abandoned = false)
        {
            if (!abandoned) await ledger.AbandonAsync();
            (bed.Store.FailBefore, bed.Store.FailAfter) = (0, 0);
            ledger = await bed.StartAsync(options => options.BatchEntriesMax = 5);
            // A call of an ended process is never settled by a later one.
            open.Clear();
            written.Clear();
        }
    }, iter: 120, threads: 2);

    private static void Damage(string path, long from, long to, CrashWithDamage damage)
    {
        using var file = new FileStream(path, FileMode.Open);
        var place = from + damage.Bit / 8 % (to - from);
        if (damage.Cut)
        {
            file.SetLength(place);
            return;
        }
        file.Position = place;
        var flipped = (byte)(file.ReadByte() ^ 1 << damage.Bit % 8);
        file.Position = place;
        file.WriteByte(flipped);
    }
}
