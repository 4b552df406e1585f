using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;
using Sluice.Gateway.Tests.Records;

namespace Sluice.Gateway.Tests.Ledger;

/// <summary>The port's contract in memory, with failures on demand: before a batch is kept, and after it, when only the answer is lost.</summary>
internal class MemoryRecordStore : IRecordStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RequestRecord> _records = [];
    private readonly Dictionary<string, CallIntent> _open = [];
    private readonly Dictionary<(string Key, int Day), long> _counts = [];
    private JournalPosition _position;

    /// <summary>That many of the next writes fail and keep nothing.</summary>
    public int FailBefore { get; set; }

    /// <summary>That many of the next writes keep the batch and then fail.</summary>
    public int FailAfter { get; set; }

    public int Writes { get; private set; }
    public int LargestBatch { get; private set; }

    public IReadOnlyDictionary<string, RequestRecord> Records { get { lock (_gate) return new Dictionary<string, RequestRecord>(_records); } }
    public IReadOnlyCollection<string> Open { get { lock (_gate) return [.. _open.Keys]; } }
    public JournalPosition Position { get { lock (_gate) return _position; } set { lock (_gate) _position = value; } }

    public ValueTask<LedgerState> ReadStateAsync(int sinceDay, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(new LedgerState(_position, [.. _open.Values],
                [.. _counts.Where(c => c.Key.Day >= sinceDay).Select(c => new DayCount(c.Key.Key, c.Key.Day, c.Value))]));
        }
    }

    public virtual ValueTask WriteAsync(LedgerBatch batch, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (FailBefore > 0)
            {
                FailBefore--;
                throw new IOException("The store is away (injected).");
            }
            Apply(batch);
            if (FailAfter > 0)
            {
                FailAfter--;
                throw new IOException("The answer of the store is lost (injected).");
            }
        }
        return ValueTask.CompletedTask;
    }

    protected void Apply(LedgerBatch batch)
    {
        (batch.Position.Segment > _position.Segment || (batch.Position.Segment == _position.Segment && batch.Position.Offset >= _position.Offset))
            .ShouldBeTrue("the position never goes back");
        _position = batch.Position;
        Writes++;
        LargestBatch = Math.Max(LargestBatch, batch.Records.Count);
        foreach (var record in batch.Records)
        {
            if (!_records.TryAdd(record.RequestId, record) || !record.Counts || record.KeyId is null) continue;
            _counts[(record.KeyId, record.Day)] = _counts.GetValueOrDefault((record.KeyId, record.Day)) + 1;
        }
        foreach (var intent in batch.Opened) _open[intent.RequestId] = intent;
        foreach (var id in batch.ClosedRequestIds) _open.Remove(id);
    }

    public void ShouldHoldCountsOfItsRecords()
    {
        var counts = Records.Values.Where(r => r is { Counts: true, KeyId: not null }).GroupBy(r => (r.KeyId!, r.Day)).ToDictionary(g => g.Key, g => g.LongCount());
        _counts.OrderBy(c => c.Key).ShouldBe(counts.OrderBy(c => c.Key));
    }

    public void ShouldHold(RequestRecord record)
    {
        Records.ShouldContainKey(record.RequestId);
        RecordGens.Text(Records[record.RequestId]).ShouldBe(RecordGens.Text(record));
    }
}
