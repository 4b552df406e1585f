using Microsoft.Extensions.Logging;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Ledger;

/// <summary>Matches intents with the records that end them, one batch after the other. Not thread-safe.</summary>
internal sealed class LedgerBatchBuilder(IEnumerable<CallIntent> openInStore, ILogger logger)
{
    private readonly Dictionary<string, CallIntent> _inStore = ByRequestId(openInStore);
    private readonly Dictionary<string, CallIntent> _opened = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private readonly List<string> _closed = [];
    private readonly HashSet<string> _perhapsInStore = new(StringComparer.Ordinal);
    private readonly TextCache _texts = new();
    private List<RequestRecord> _records = [];

    /// <summary>Entries added since the last commit.</summary>
    public int Entries { get; private set; }

    /// <summary>Intents that the store holds as open.</summary>
    public IReadOnlyCollection<CallIntent> OpenInStore => _inStore.Values;

    public void Add(JournalEntryKind kind, ReadOnlySpan<byte> payload)
    {
        Entries++;
        try
        {
            if (kind == JournalEntryKind.Intent)
            {
                var intent = RecordCodec.ReadIntent(payload, _texts);
                if (!_ended.Contains(intent.RequestId) && !_inStore.ContainsKey(intent.RequestId)) _opened.TryAdd(intent.RequestId, intent);
            }
            else
            {
                Add(RecordCodec.ReadRecord(payload, _texts));
            }
        }
        catch (InvalidDataException unreadable)
        {
            logger.LogError("A journal entry is whole but cannot be read and is passed over: {Reason}", unreadable.Message);
        }
    }

    public void Add(RequestRecord record)
    {
        if (!_ended.Add(record.RequestId)) return;
        _records.Add(record);
        _opened.Remove(record.RequestId);
        if (_inStore.ContainsKey(record.RequestId) || _perhapsInStore.Contains(record.RequestId)) _closed.Add(record.RequestId);
    }

    public LedgerBatch Build(JournalPosition position) => new(_records, [.. _opened.Values], [.. _closed], position);

    /// <summary>The store has not taken the batch, or has and could not say so: it is built again, with what came in between.</summary>
    public void Fail() => _perhapsInStore.UnionWith(_opened.Keys);

    /// <summary>The store has taken the batch; the next one begins.</summary>
    public void Commit()
    {
        foreach (var id in _closed) _inStore.Remove(id);
        foreach (var (id, intent) in _opened) _inStore[id] = intent;
        _opened.Clear();
        _ended.Clear();
        _perhapsInStore.Clear();
        _closed.Clear();
        _records = [];
        Entries = 0;
    }

    private static Dictionary<string, CallIntent> ByRequestId(IEnumerable<CallIntent> intents)
    {
        var byId = new Dictionary<string, CallIntent>(StringComparer.Ordinal);
        foreach (var intent in intents) byId[intent.RequestId] = intent;
        return byId;
    }
}
